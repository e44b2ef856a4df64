package dev.cistern.cli.snapshot;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.operation.Work;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code snapshot-delete}. */
@Command(
        name = "snapshot-delete",
        description = "Gives a snapshot of a volume up; the volume stays as it is.",
        footer = "%nExample: cistern snapshot-delete web1.qcow2 before-upgrade --pool images")
public final class SnapshotDelete extends Work {
    @Mixin private SnapshotArgument snapshot = new SnapshotArgument();

    @Override
    protected JsonNode ask(Session session) throws Failure {
        return session.api().delete(snapshot.route(session.api()));
    }

    @Override
    protected String done() {
        return "Snapshot %s deleted".formatted(snapshot);
    }
}
