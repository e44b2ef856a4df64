package dev.cistern.cli.pool;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.operation.Work;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code pool-start}. */
@Command(
        name = "pool-start",
        description = "Starts a pool and looks at its files.",
        footer = "%nExample: cistern pool-start images --build")
public final class PoolStart extends Work {
    @Mixin private PoolName pool = new PoolName();

    @Mixin private Starting starting = new Starting();

    @Override
    protected void first(Session session) throws Failure {
        if (starting.builds()) {
            await(session, session.api().post(starting.build(pool.route())));
        }
    }

    @Override
    protected JsonNode ask(Session session) throws Failure {
        return session.api().post(pool.route().then("start"));
    }

    @Override
    protected String done() {
        return "Pool %s started".formatted(pool);
    }
}
