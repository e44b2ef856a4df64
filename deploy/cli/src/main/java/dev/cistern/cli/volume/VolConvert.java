package dev.cistern.cli.volume;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Json;
import dev.cistern.cli.operation.Work;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code vol-convert}. */
@Command(
        name = "vol-convert",
        description = {
            "Makes a volume's image one of another format, or of the same with other options.",
            "The volume keeps its name; it must not have snapshots, and no other may build on it."
        },
        footer =
                "%nExample: cistern vol-convert web1 images --format qcow2 --compression-type zstd")
public final class VolConvert extends Work {
    @Mixin private VolumeName volume = new VolumeName();

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "raw, qcow2 or vmdk (default: the one that it has)")
    private @Nullable String format;

    @Mixin private ImageFlags image = new ImageFlags();

    @Override
    protected JsonNode ask(Session session) throws Failure {
        var body = Json.object();
        if (format != null) {
            body.put("format", format);
        }
        image.addTo(body);
        return session.api().post(volume.route(session.api()).then("convert"), body);
    }

    @Override
    protected String done() {
        return "Vol %s converted".formatted(volume);
    }
}
