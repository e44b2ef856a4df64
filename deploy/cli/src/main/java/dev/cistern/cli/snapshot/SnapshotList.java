package dev.cistern.cli.snapshot;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.ArrayOutput;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.command.Words;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.text.Printable;
import dev.cistern.cli.text.Table;
import dev.cistern.cli.volume.VolumeName;
import java.io.PrintWriter;
import java.util.List;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code snapshot-list}. */
@Command(
        name = "snapshot-list",
        description = "Lists the snapshots of a volume.",
        footer = "%nExample: cistern snapshot-list web1.qcow2 --pool images --tree")
public final class SnapshotList extends Verb {
    @Mixin private VolumeName volume = new VolumeName();

    @Option(names = "--tree", description = "which was taken on top of which")
    private boolean tree;

    @Override
    protected void run(Session session) throws Failure {
        var found = session.api().get(volume.route(session.api()).then("snapshots"));
        var items = StreamSupport.stream(found.path("items").spliterator(), false).toList();
        if (session.json()) {
            var output = new ArrayOutput(session.out());
            items.forEach(output::add);
            output.end();
        } else if (tree) {
            above("", "", items).forEach(root -> printTree(root, "", items, session.out()));
        } else {
            printTable(items, session.out());
        }
    }

    private static void printTable(List<JsonNode> items, PrintWriter out) {
        var table =
                new Table(
                        "Name", "Taken", "State", "Location", "Capacity", "Allocation", "Current");
        for (var each : items) {
            table.row(
                    each.path("name").asText(),
                    each.path("takenAt").asText(),
                    each.path("state").asText(),
                    each.path("kind").asText(),
                    Words.size(each.path("capacity")),
                    each.has("allocation") ? Words.size(each.path("allocation")) : "-",
                    each.path("current").asBoolean() ? "yes" : "-");
        }
        table.print(out);
    }

    private static List<JsonNode> above(String parent, String absent, List<JsonNode> items) {
        return items.stream()
                .filter(each -> each.path("parent").asText(absent).equals(parent))
                .toList();
    }

    private static void printTree(
            JsonNode snapshot, String indent, List<JsonNode> items, PrintWriter out) {
        out.println(indent + Printable.of(snapshot.path("name").asText()));
        for (var child : above(snapshot.path("id").asText(), "", items)) {
            printTree(child, indent + "  ", items, out);
        }
    }
}
