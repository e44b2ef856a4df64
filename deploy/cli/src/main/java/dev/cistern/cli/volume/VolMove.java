package dev.cistern.cli.volume;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Json;
import dev.cistern.cli.operation.Work;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code vol-move}. */
@Command(
        name = "vol-move",
        description = "Brings a volume into another pool.",
        footer = "%nExample: cistern vol-move web1.qcow2 fast --pool images")
public final class VolMove extends Work {
    @Mixin private VolumeArgument volume = new VolumeArgument();

    @Parameters(index = "1", paramLabel = "TARGET", description = "name or id of the other pool")
    private String target = "";

    @Override
    protected JsonNode ask(Session session) throws Failure {
        return session.api()
                .post(volume.route(session.api()).then("move"), Json.object().put("pool", target));
    }

    @Override
    protected String done() {
        return "Vol %s moved to pool %s".formatted(volume, target);
    }
}
