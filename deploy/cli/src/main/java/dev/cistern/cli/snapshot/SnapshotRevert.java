package dev.cistern.cli.snapshot;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.command.Session;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Json;
import dev.cistern.cli.operation.Work;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code snapshot-revert}. */
@Command(
        name = "snapshot-revert",
        description = "Makes a volume what it was; what was written since is lost.",
        footer = "%nExample: cistern snapshot-revert web1.qcow2 before-upgrade --pool images")
public final class SnapshotRevert extends Work {
    @Mixin private SnapshotArgument snapshot = new SnapshotArgument();

    @Override
    protected JsonNode ask(Session session) throws Failure {
        return session.api().post(snapshot.route(session.api()).then("revert"), Json.object());
    }

    @Override
    protected String done() {
        return "Volume reverted to snapshot %s".formatted(snapshot);
    }
}
