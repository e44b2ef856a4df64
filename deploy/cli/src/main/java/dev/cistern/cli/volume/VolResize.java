package dev.cistern.cli.volume;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Json;
import dev.cistern.cli.operation.Work;
import dev.cistern.cli.text.ByteSize;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vol-resize}. */
@Command(
        name = "vol-resize",
        description = "Gives a volume another capacity.",
        footer = "%nExample: cistern vol-resize web1.qcow2 10G --delta --pool images")
public final class VolResize extends Work {
    @Mixin private VolumeArgument volume = new VolumeArgument();

    @Parameters(
            index = "1",
            paramLabel = "CAPACITY",
            description = "what a guest sees then: bytes, or with a unit such as 500M or 20GiB")
    private ByteSize capacity = new ByteSize(0);

    @Option(names = "--delta", description = "CAPACITY is added, or with --shrink taken off")
    private boolean delta;

    @Option(names = "--shrink", description = "it may become smaller; what is cut off is lost")
    private boolean shrink;

    @Option(names = "--allocate", description = "what is added takes its space at once")
    private boolean allocate;

    @Override
    protected JsonNode ask(Session session) throws Failure {
        var body =
                Json.object()
                        .put("capacity", capacity.bytes())
                        .put("delta", delta)
                        .put("shrink", shrink)
                        .put("allocate", allocate);
        return session.api().post(volume.route(session.api()).then("resize"), body);
    }

    @Override
    protected String done() {
        return "Size of volume '%s' successfully changed".formatted(volume);
    }
}
