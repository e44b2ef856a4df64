package dev.cistern.cli.volume;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.command.Words;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.text.Printable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code vol-graph}. */
@Command(
        name = "vol-graph",
        description = "Shows what a volume builds on, and what builds on it.",
        footer = "%nExample: cistern vol-graph web1.qcow2 --pool images")
public final class VolGraph extends Verb {
    private static final String STEP = "  ";

    @Mixin private VolumeName volume = new VolumeName();

    @Override
    protected void run(Session session) throws Failure {
        var graph = session.api().get(volume.route(session.api()).then("graph"));
        if (session.json()) {
            session.print(graph);
            return;
        }
        var indent = "";
        if (graph.hasNonNull("missingBase")) {
            print(session, indent, graph.path("missingBase").asText() + " (not there)");
            indent += STEP;
        }
        var below = new ArrayList<JsonNode>();
        graph.path("below").forEach(below::addFirst);
        for (var base : below) {
            print(session, indent, described(base));
            indent += STEP;
        }
        print(session, indent, described(graph.path("volume")) + " *");
        printAbove(session, graph.path("volume"), indent + STEP, children(graph));
    }

    private static Map<String, List<JsonNode>> children(JsonNode graph) {
        var children = new HashMap<String, List<JsonNode>>();
        for (var child : graph.path("above")) {
            children.computeIfAbsent(child.path("base").asText(), _ -> new ArrayList<>())
                    .add(child);
        }
        return children;
    }

    private static void printAbove(
            Session session, JsonNode node, String indent, Map<String, List<JsonNode>> children) {
        for (var child : children.getOrDefault(node.path("id").asText(), List.of())) {
            print(session, indent, described(child));
            printAbove(session, child, indent + STEP, children);
        }
    }

    private static String described(JsonNode node) {
        var conditions = Words.list(node.path("conditions"));
        return "%s (%s%s)"
                .formatted(
                        node.path("name").asText(),
                        node.path("format").asText(),
                        conditions.isEmpty() ? "" : ", " + conditions);
    }

    private static void print(Session session, String indent, String line) {
        session.out().println(indent + Printable.of(line));
    }
}
