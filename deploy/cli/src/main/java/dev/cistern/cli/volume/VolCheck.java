package dev.cistern.cli.volume;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Json;
import dev.cistern.cli.operation.Work;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code vol-check}. */
@Command(
        name = "vol-check",
        description = "Checks a volume's image; op-info shows what was found.",
        footer = "%nExample: cistern vol-check web1.qcow2 --pool images -o json")
public final class VolCheck extends Work {
    @Mixin private VolumeName volume = new VolumeName();

    @Override
    protected JsonNode ask(Session session) throws Failure {
        return session.api().post(volume.route(session.api()).then("check"), Json.object());
    }

    @Override
    protected String done() {
        return "Vol %s checked".formatted(volume);
    }
}
