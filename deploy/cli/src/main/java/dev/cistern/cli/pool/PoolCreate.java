package dev.cistern.cli.pool;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Route;
import dev.cistern.cli.operation.Work;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code pool-create}. */
@Command(
        name = "pool-create",
        description =
                "Defines a pool by a file and starts it; unlike in libvirt it stays defined when it is stopped.",
        footer = "%nExample: cistern pool-create images.xml --build")
public final class PoolCreate extends Work {

    @Parameters(paramLabel = "FILE", description = "libvirt's XML or JSON; - for standard input")
    private String file = "";

    @Mixin private Starting starting = new Starting();

    private String name = "";

    @Override
    protected void first(Session session) throws Failure {
        name = PoolDefinitions.define(session, file).path("name").asText();
        if (starting.builds()) {
            await(session, session.api().post(starting.build(Route.of("pools", name))));
        }
    }

    @Override
    protected JsonNode ask(Session session) throws Failure {
        return session.api().post(Route.of("pools", name).then("start"));
    }

    @Override
    protected String done() {
        return "Pool %s created from %s".formatted(name, file);
    }
}
