package dev.cistern.cli.volume;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.operation.Work;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code vol-delete}. */
@Command(
        name = "vol-delete",
        description = "Deletes a volume and its file, or puts it into the trash.",
        footer = "%nExample: cistern vol-delete web1.qcow2 --pool images --keep 7d")
public final class VolDelete extends Work {
    @Mixin private VolumeName volume = new VolumeName();

    @ArgGroup private Manner manner = new Manner();

    /** One at most. */
    static final class Manner {
        @Option(names = "--purge", description = "for good, also from the trash")
        private boolean purge;

        @Option(
                names = "--keep",
                paramLabel = "TIME",
                description = "it can be restored for so long, such as 12h or 7d")
        private @Nullable String keep;
    }

    @Override
    protected JsonNode ask(Session session) throws Failure {
        return session.api()
                .delete(
                        volume.route(session.api())
                                .with("purge", manner.purge ? "true" : null)
                                .with("keep", manner.keep));
    }

    @Override
    protected String done() {
        return "Vol %s deleted".formatted(volume);
    }
}
