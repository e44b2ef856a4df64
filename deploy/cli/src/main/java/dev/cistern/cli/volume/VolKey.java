package dev.cistern.cli.volume;

import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.http.Failure;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code vol-key}. */
@Command(
        name = "vol-key",
        description = "Prints the key of a volume, which libvirt takes for its path.",
        footer = "%nExample: cistern vol-key disk --pool images")
public final class VolKey extends Verb {
    @Mixin private VolumeName volume = new VolumeName();

    @Override
    protected void run(Session session) throws Failure {
        var found = session.api().get(volume.route(session.api()));
        session.answer(found, found.path("path").asText());
    }
}
