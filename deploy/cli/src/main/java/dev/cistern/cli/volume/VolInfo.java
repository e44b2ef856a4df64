package dev.cistern.cli.volume;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.command.Words;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.text.Fields;
import java.util.stream.Collectors;
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
        var found = session.api().get(volume.route(session.api()));
        if (session.json()) {
            session.print(found);
        } else {
            fields(found).print(session.out());
        }
    }

    private Fields fields(JsonNode found) {
        return new Fields()
                .add("Name", found.path("name").asText())
                .add("Type", "file")
                .add("Capacity", size(found.path("capacity")))
                .add("Allocation", size(found.path("allocation")))
                .add("Id", found.path("id").asText())
                .add("Pool", found.path("pool").asText())
                .add("Path", found.path("path").asText())
                .add("Format", found.path("format").asText())
                .addIfPresent("Backing file", found.path("backingFile").asText(""))
                .addIfPresent("Backing format", found.path("backingFormat").asText(""))
                .addIfPresent("Encryption", found.path("encryption").path("format").asText(""))
                .addIfPresent("Secret", found.path("encryption").path("secret").asText(""))
                .add("State", found.path("state").asText())
                .addIfPresent("Conditions", Words.list(found.path("conditions")))
                .addIfPresent("Fault", found.path("fault").asText(""))
                .addIfPresent("Labels", labels(found))
                .addIfPresent("Description", found.path("description").asText(""))
                .add("Mode", found.path("mode").asText())
                .add("Owner", found.path("owner").asText())
                .add("Group", found.path("group").asText());
    }

    private static String labels(JsonNode found) {
        return found.path("labels").properties().stream()
                .map(label -> label.getKey() + "=" + label.getValue().asText())
                .collect(Collectors.joining(", "));
    }

    private String size(JsonNode value) {
        return bytes ? value.asText() + " bytes" : Words.size(value);
    }
}
