package dev.cistern.cli.pool;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.operation.Work;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pool-delete}. */
@Command(
        name = "pool-delete",
        description = "Removes the folder of an inactive pool without files; its definition stays.",
        footer = "%nExample: cistern pool-delete images")
public final class PoolDelete extends Work {
    @Mixin private PoolName pool = new PoolName();

    @Option(names = "--zeroed", description = "overwrites its device with zeroes first (type fs)")
    private boolean zeroed;

    @Override
    protected JsonNode ask(Session session) throws Failure {
        return session.api()
                .post(pool.route().then("delete").with("zeroed", zeroed ? "true" : null));
    }

    @Override
    protected String done() {
        return "Pool %s deleted".formatted(pool);
    }
}
