package dev.cistern.cli.volume;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.operation.Work;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code vol-delete}. */
@Command(
        name = "vol-delete",
        description = "Deletes a volume and its file.",
        footer = "%nExample: cistern vol-delete web1.qcow2 --pool images")
public final class VolDelete extends Work {
    @Mixin private VolumeName volume = new VolumeName();

    @Override
    protected JsonNode ask(Session session) throws Failure {
        return session.api().delete(volume.route(session.api()));
    }

    @Override
    protected String done() {
        return "Vol %s deleted".formatted(volume);
    }
}
