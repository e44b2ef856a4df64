package dev.cistern.cli.pool;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.operation.Work;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code pool-build}. */
@Command(
        name = "pool-build",
        description = "Makes the folder of a pool, and with a flag the file system on its device.",
        footer = "%nExample: cistern pool-build images")
public final class PoolBuild extends Work {
    @Mixin private PoolName pool = new PoolName();

    @Mixin private BuildOptions options = new BuildOptions();

    @Override
    protected JsonNode ask(Session session) throws Failure {
        return session.api().post(options.of(pool.route()));
    }

    @Override
    protected String done() {
        return "Pool %s built".formatted(pool);
    }
}
