package dev.cistern.cli.volume;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vol-label}. */
@Command(
        name = "vol-label",
        description = "Puts labels on a volume or takes them off; without any, shows them.",
        footer = "%nExample: cistern vol-label web1.qcow2 app=web old- --pool images")
public final class VolLabel extends Verb {
    @Mixin private VolumeArgument volume = new VolumeArgument();

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "KEY=VALUE|KEY-",
            description = "a label to put on, or with a dash to take off")
    private List<String> labels = List.of();

    @Option(names = "--description", paramLabel = "TEXT", description = "in words; empty for none")
    private @Nullable String description;

    @Override
    protected void run(Session session) throws Failure {
        var route = volume.route(session.api());
        var patch = patch();
        var found = patch.isEmpty() ? session.api().get(route) : session.api().patch(route, patch);
        if (session.json()) {
            session.print(found);
            return;
        }
        for (var label : found.path("labels").properties()) {
            session.answer(found, label.getKey() + "=" + label.getValue().asText());
        }
    }

    private ObjectNode patch() {
        var patch = Json.object();
        if (!labels.isEmpty()) {
            var changes = patch.putObject("labels");
            labels.forEach(label -> put(changes, label));
        }
        return description == null ? patch : patch.put("description", description);
    }

    private void put(ObjectNode changes, String label) {
        var equals = label.indexOf('=');
        if (equals > 0) {
            changes.put(label.substring(0, equals), label.substring(equals + 1));
        } else if (label.endsWith("-") && label.length() > 1) {
            changes.putNull(label.substring(0, label.length() - 1));
        } else {
            throw misuse(
                    "'%s' is neither KEY=VALUE, to put a label on, nor KEY-, to take one off"
                            .formatted(label));
        }
    }
}
