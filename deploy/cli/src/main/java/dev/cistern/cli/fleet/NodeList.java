package dev.cistern.cli.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Json;
import dev.cistern.cli.http.Pages;
import dev.cistern.cli.http.Route;
import dev.cistern.cli.text.Table;
import java.util.ArrayList;
import picocli.CommandLine.Command;

/** {@code node-list}. */
@Command(
        name = "node-list",
        description = "Lists the worker nodes.",
        footer = "%nExample: cistern node-list")
public final class NodeList extends Verb {
    @Override
    protected void run(Session session) throws Failure {
        var nodes = new Pages(session.api()).all(Route.of("nodes"));
        if (session.json()) {
            session.print(Json.array(nodes));
            return;
        }
        var table =
                new Table(
                        "Name", "State", "Groups", "Version", "Free slots", "Running", "Last seen");
        for (var node : nodes) {
            table.row(
                    node.path("name").asText(),
                    node.path("state").asText(),
                    groups(node),
                    node.path("version").asText(),
                    slots(node, "metadata") + ", bulk " + slots(node, "bulk"),
                    node.path("running").asText(),
                    node.path("lastSeen").asText());
        }
        table.print(session.out(), true);
    }

    private static String groups(JsonNode node) {
        var groups = new ArrayList<String>();
        node.path("groups").forEach(group -> groups.add(group.asText()));
        return String.join(", ", groups);
    }

    private static String slots(JsonNode node, String lane) {
        var slots = node.path("slots").path(lane);
        return slots.path("free").asText() + "/" + slots.path("total").asText();
    }
}
