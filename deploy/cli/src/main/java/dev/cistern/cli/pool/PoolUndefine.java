package dev.cistern.cli.pool;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.operation.Work;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pool-undefine}. */
@Command(
        name = "pool-undefine",
        description = "Removes the definition of an inactive pool.",
        footer = "%nExample: cistern pool-undefine images --keep-files")
public final class PoolUndefine extends Work {
    @Mixin private PoolName pool = new PoolName();

    @Option(
            names = "--keep-files",
            description = "also if it has volumes: they are forgotten, their files stay")
    private boolean keepFiles;

    @Override
    protected JsonNode ask(Session session) throws Failure {
        return session.api().delete(pool.route().with("keepFiles", keepFiles ? "true" : null));
    }

    @Override
    protected String done() {
        return "Pool %s has been undefined".formatted(pool);
    }
}
