package dev.cistern.cli.snapshot;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Json;
import dev.cistern.cli.operation.Work;
import dev.cistern.cli.volume.VolumeArgument;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code snapshot-create-as}. */
@Command(
        name = "snapshot-create-as",
        description = "Takes a snapshot of a volume.",
        footer = "%nExample: cistern snapshot-create-as web1.qcow2 before-upgrade --pool images")
public final class SnapshotCreateAs extends Work {
    @Mixin private VolumeArgument volume = new VolumeArgument();

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "NAME",
            description = "of the snapshot (default: the seconds since 1970)")
    private @Nullable String name;

    @Parameters(index = "2", arity = "0..1", paramLabel = "DESCRIPTION", description = "a text")
    private @Nullable String description;

    @Option(names = "--name", paramLabel = "NAME", description = "the same as NAME")
    private @Nullable String nameOption;

    @Option(names = "--description", paramLabel = "TEXT", description = "the same as DESCRIPTION")
    private @Nullable String descriptionOption;

    @ArgGroup private Kind kind = new Kind();

    /** One at most. */
    static final class Kind {
        @Option(
                names = "--external",
                description =
                        "of a qcow2 or vmdk volume: what it is now becomes a file of its own, and the volume goes on in a new one over it (usual for vmdk)")
        private boolean external;

        @Option(
                names = "--copy",
                description = "of a raw or vmdk volume: a copy of its file (usual for raw)")
        private boolean copy;
    }

    private String given = "";

    @Override
    protected JsonNode ask(Session session) throws Failure {
        given = or(nameOption, or(name, Long.toString(Instant.now().getEpochSecond())));
        var body = Json.object().put("name", given);
        var text = descriptionOption == null ? description : descriptionOption;
        if (text != null) {
            body.put("description", text);
        }
        if (kind.external || kind.copy) {
            body.put("kind", kind.external ? "external" : "copy");
        }
        return session.api().post(volume.route(session.api()).then("snapshots"), body);
    }

    private static String or(@Nullable String wanted, String otherwise) {
        return wanted == null ? otherwise : wanted;
    }

    @Override
    protected String done() {
        return "Snapshot %s created".formatted(given);
    }
}
