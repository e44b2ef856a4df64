package dev.cistern.cli.pool;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Route;
import dev.cistern.cli.operation.Work;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code pool-create-as}. */
@Command(
        name = "pool-create-as",
        description =
                "Defines a pool by arguments and starts it; unlike in libvirt it stays defined when it"
                        + " is stopped.",
        footer = "%nExample: cistern pool-create-as images dir --target /srv/images --build")
public final class PoolCreateAs extends Work {
    @Mixin private PoolArguments pool = new PoolArguments();
    @Mixin private Starting starting = new Starting();

    @Override
    protected void first(Session session) throws Failure {
        var _ = session.api().post(Route.of("pools"), pool.body());
        if (starting.builds()) {
            await(session, session.api().post(starting.build(Route.of("pools", pool.name()))));
        }
    }

    @Override
    protected JsonNode ask(Session session) throws Failure {
        return session.api().post(Route.of("pools", pool.name()).then("start"));
    }

    @Override
    protected String done() {
        return "Pool %s created".formatted(pool.name());
    }
}
