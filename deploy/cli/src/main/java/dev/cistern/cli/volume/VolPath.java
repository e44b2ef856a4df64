package dev.cistern.cli.volume;

import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.http.Failure;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code vol-path}. */
@Command(
        name = "vol-path",
        description = "Prints the path of a volume on the machines of its pool.",
        footer = "%nExample: cistern vol-path disk --pool images")
public final class VolPath extends Verb {
    @Mixin private VolumeName volume = new VolumeName();

    @Override
    protected void run(Session session) throws Failure {
        var found = session.api().get(volume.route(session.api()));
        session.answer(found, found.path("path").asText());
    }
}
