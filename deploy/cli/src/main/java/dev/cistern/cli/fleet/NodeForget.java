package dev.cistern.cli.fleet;

import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Route;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code node-forget}. */
@Command(
        name = "node-forget",
        description =
                "Takes a worker node that is gone off the list; one that is heard of comes back.",
        footer = "%nExample: cistern node-forget rack-1")
public final class NodeForget extends Verb {
    @Parameters(paramLabel = "NODE", description = "name of the node")
    private String node = "";

    @Override
    protected void run(Session session) throws Failure {
        var answer = session.api().delete(Route.of("nodes", node));
        session.answer(answer, "Node %s forgotten".formatted(node));
    }
}
