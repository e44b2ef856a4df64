package dev.cistern.cli.operation;

import dev.cistern.cli.command.Session;
import dev.cistern.cli.http.Operation;
import dev.cistern.cli.text.ByteSize;
import dev.cistern.cli.text.Durations;
import dev.cistern.cli.text.Fields;
import java.time.Duration;

/** An operation for people, or as it is. */
final class OpView {
    private OpView() {}

    static void show(Session session, Operation operation) {
        if (session.json()) {
            session.print(operation.body());
        } else {
            fields(operation).print(session.out());
        }
    }

    private static Fields fields(Operation operation) {
        var body = operation.body();
        return new Fields()
                .add("Id", operation.id())
                .add("Kind", operation.kind())
                .add("Target", operation.targetType() + " " + operation.targetName())
                .add("State", operation.state())
                .addIfPresent("Stage", operation.stage())
                .addIfPresent("Progress", progress(operation))
                .addIfPresent("Waits for", operation.waitsFor())
                .addIfPresent("May cancel", body.path("mayCancel").asText(""))
                .addIfPresent("Attempt", body.path("attempt").asText(""))
                .addIfPresent("Worker", body.path("worker").asText(""))
                .addIfPresent("Tenant", body.path("tenant").asText(""))
                .addIfPresent("Actor", body.path("actor").asText(""))
                .add("Created", body.path("createdAt").asText(""))
                .addIfPresent("Started", body.path("startedAt").asText(""))
                .addIfPresent("Finished", body.path("finishedAt").asText(""))
                .addIfPresent(
                        "Problem", operation.hasProblem() ? operation.problem().sentence() : "");
    }

    private static String progress(Operation operation) {
        if (operation.bytesTotal() <= 0) {
            return "";
        }
        var done =
                "%s of %s"
                        .formatted(
                                new ByteSize(operation.bytesDone()).human(),
                                new ByteSize(operation.bytesTotal()).human());
        return operation.bytesPerSecond() <= 0
                ? done
                : "%s, %s/s, %s left"
                        .formatted(
                                done,
                                new ByteSize(operation.bytesPerSecond()).human(),
                                Durations.clock(
                                        Duration.ofSeconds(Math.max(0, operation.secondsLeft()))));
    }
}
