package dev.cistern.cli.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.Listing;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.command.Words;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Pages;
import dev.cistern.cli.http.Route;
import dev.cistern.cli.text.Table;
import java.util.ArrayList;
import picocli.CommandLine.Command;

/** {@code node-list}. */
@Command(
        name = "node-list",
        description = "Lists the worker nodes, with the slots that each has free in its two lanes.",
        footer = "%nExample: cistern node-list")
public final class NodeList extends Verb {
    @Override
    protected void run(Session session) throws Failure {
        Listing.print(
                session,
                new Pages(session.api(), Route.of("nodes"))::next,
                new Table(
                        "Name",
                        "State",
                        "Groups",
                        "Version",
                        "Metadata free",
                        "Bulk free",
                        "Running",
                        "Pools",
                        "Last seen"),
                NodeList::row);
    }

    private static String[] row(JsonNode node) {
        return new String[] {
            node.path("name").asText(),
            node.path("state").asText(),
            Words.list(node.path("groups")),
            node.path("version").asText(),
            slots(node, "metadata"),
            slots(node, "bulk"),
            node.path("running").asText(),
            Words.orDash(pools(node)),
            node.path("lastSeen").asText()
        };
    }

    private static String pools(JsonNode node) {
        var names = new ArrayList<String>();
        node.path("pools")
                .forEach(
                        pool ->
                                names.add(
                                        pool.path("name").asText()
                                                + (pool.path("reachable").asBoolean()
                                                        ? ""
                                                        : " (away)")));
        return String.join(", ", names);
    }

    private static String slots(JsonNode node, String lane) {
        var slots = node.path("slots").path(lane);
        return slots.path("free").asText() + "/" + slots.path("total").asText();
    }
}
