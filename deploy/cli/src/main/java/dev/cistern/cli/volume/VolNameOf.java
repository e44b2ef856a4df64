package dev.cistern.cli.volume;

import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.http.Failure;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code vol-name}. */
@Command(
        name = "vol-name",
        description = "Prints the name of a volume.",
        footer = "%nExample: cistern vol-name disk --pool images")
public final class VolNameOf extends Verb {
    @Mixin private VolumeName volume = new VolumeName();

    @Override
    protected void run(Session session) throws Failure {
        var found = session.api().get(volume.route(session.api()));
        session.answer(found, found.path("name").asText());
    }
}
