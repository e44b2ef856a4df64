package dev.cistern.cli.volume;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Json;
import dev.cistern.cli.http.Route;
import dev.cistern.cli.operation.Work;
import dev.cistern.cli.text.ByteSize;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vol-create-as}. */
@Command(
        name = "vol-create-as",
        description = "Creates a volume.",
        footer = "%nExample: cistern vol-create-as images web1.qcow2 20G --format qcow2")
public final class VolCreateAs extends Work {
    @Parameters(index = "0", paramLabel = "POOL", description = "name or id of the pool")
    private String pool = "";

    @Parameters(index = "1", paramLabel = "NAME", description = "file name of the volume")
    private String name = "";

    @Parameters(
            index = "2",
            paramLabel = "CAPACITY",
            description = "what a guest sees: bytes, or with a unit such as 500M or 20GiB")
    private ByteSize capacity = new ByteSize(0);

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "raw, qcow2 or vmdk (default: ${DEFAULT-VALUE})")
    private String format = "raw";

    @Option(
            names = "--backing-vol",
            paramLabel = "VOL",
            description =
                    "qcow2: name, id or POOL:NAME of the volume that it is over, of the same pool")
    private @Nullable String backing;

    @Option(names = "--mode", paramLabel = "OCTAL", description = "permission bits (default: 0600)")
    private @Nullable String mode;

    @Option(
            names = "--owner",
            paramLabel = "UID",
            description = "numeric user id (default: the worker's)")
    private @Nullable Integer owner;

    @Option(
            names = "--group",
            paramLabel = "GID",
            description = "numeric group id (default: the worker's)")
    private @Nullable Integer group;

    @Mixin private ImageFlags image = new ImageFlags();

    @Override
    protected JsonNode ask(Session session) throws Failure {
        var body =
                Json.object()
                        .put("pool", pool)
                        .put("name", name)
                        .put("format", format)
                        .put("capacity", capacity.bytes());
        if (mode != null) {
            body.put("mode", mode);
        }
        if (owner != null) {
            body.put("owner", owner);
        }
        if (group != null) {
            body.put("group", group);
        }
        if (backing != null) {
            body.put("backingVolume", new VolumeReference(backing, pool, "POOL").text());
        }
        image.addTo(body);
        return session.api().post(Route.of("volumes"), body);
    }

    @Override
    protected String done() {
        return "Vol %s created".formatted(name);
    }
}
