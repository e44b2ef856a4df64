package dev.cistern.cli.volume;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.text.ByteSize;
import dev.cistern.cli.text.Fields;
import java.util.ArrayList;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code vol-info}. */
@Command(
        name = "vol-info",
        description = "Shows a volume.",
        footer = "%nExample: cistern vol-info web1.qcow2 --pool images --bytes")
public final class VolInfo extends Verb {
    @Mixin private VolumeName volume = new VolumeName();

    @Option(names = "--bytes", description = "sizes in bytes")
    private boolean bytes;

    @Override
    protected void run(Session session) throws Failure {
        var found = session.api().get(volume.route()).json();
        if (session.json()) {
            session.print(found);
            return;
        }
        new Fields()
                .add("Name", found.path("name").asText())
                .add("Id", found.path("id").asText())
                .add("Pool", found.path("pool").asText())
                .add("Path", found.path("path").asText())
                .add("Type", "file")
                .add("Format", found.path("format").asText())
                .add("State", found.path("state").asText())
                .addIfPresent("Conditions", conditions(found))
                .add("Capacity", size(found.path("capacity").asLong()))
                .add("Allocation", size(found.path("allocation").asLong()))
                .addIfPresent("Backing file", found.path("backingFile").asText(""))
                .add("Mode", found.path("mode").asText())
                .add("Owner", found.path("owner").asText() + ":" + found.path("group").asText())
                .print(session.out());
    }

    static String conditions(JsonNode volume) {
        var conditions = new ArrayList<String>();
        volume.path("conditions").forEach(condition -> conditions.add(condition.asText()));
        return String.join(", ", conditions);
    }

    private String size(long value) {
        return bytes ? Long.toString(value) : new ByteSize(value).human();
    }
}
