package dev.cistern.cli.volume;

import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.http.Failure;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code vol-pool}. */
@Command(
        name = "vol-pool",
        description = "Prints the pool of a volume.",
        footer = "%nExample: cistern vol-pool disk --pool images")
public final class VolPool extends Verb {
    @Mixin private VolumeName volume = new VolumeName();

    @Override
    protected void run(Session session) throws Failure {
        var found = session.api().get(volume.route(session.api()));
        session.answer(found, found.path("pool").asText());
    }
}
