package dev.cistern.cli.snapshot;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.command.Words;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.text.Fields;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code snapshot-info}. */
@Command(
        name = "snapshot-info",
        description = "Shows a snapshot of a volume.",
        footer = "%nExample: cistern snapshot-info web1.qcow2 before-upgrade --pool images")
public final class SnapshotInfo extends Verb {
    @Mixin private SnapshotArgument snapshot = new SnapshotArgument();

    @Override
    protected void run(Session session) throws Failure {
        var found = session.api().get(snapshot.route(session.api()));
        if (session.json()) {
            session.print(found);
        } else {
            fields(found).print(session.out());
        }
    }

    /** Empty for one that has no file of its own. */
    private static String allocation(JsonNode found) {
        return found.has("allocation") ? Words.size(found.path("allocation")) : "";
    }

    private static Fields fields(JsonNode found) {
        return new Fields()
                .add("Name", found.path("name").asText())
                .add("Id", found.path("id").asText())
                .addIfPresent("Description", found.path("description").asText(""))
                .add("Current", found.path("current").asBoolean() ? "yes" : "no")
                .add("State", found.path("state").asText())
                .add("Location", found.path("kind").asText())
                .addIfPresent("Parent", found.path("parent").asText(""))
                .add("Children", Integer.toString(found.path("children").size()))
                .add("Capacity", Words.size(found.path("capacity")))
                .addIfPresent("Allocation", allocation(found))
                .add("Taken", found.path("takenAt").asText());
    }
}
