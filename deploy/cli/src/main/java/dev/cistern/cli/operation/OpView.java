package dev.cistern.cli.operation;

import dev.cistern.cli.command.Session;
import dev.cistern.cli.http.Operation;
import dev.cistern.cli.text.Fields;

/** An operation for people. */
final class OpView {
    private OpView() {}

    static void show(Session session, Operation operation) {
        if (session.json()) {
            session.print(operation.body());
            return;
        }
        var body = operation.body();
        new Fields()
                .add("Id", operation.id())
                .add("Kind", operation.kind())
                .add("Target", operation.targetType() + " " + operation.targetName())
                .add("State", operation.state())
                .addIfPresent("Stage", operation.stage())
                .addIfPresent("Progress", operation.percent() < 0 ? "" : operation.percent() + "%")
                .addIfPresent("Attempt", body.path("attempt").asText(""))
                .addIfPresent("Worker", body.path("worker").asText(""))
                .add("Actor", body.path("actor").asText(""))
                .add("Created", body.path("createdAt").asText(""))
                .addIfPresent("Started", body.path("startedAt").asText(""))
                .addIfPresent("Finished", body.path("finishedAt").asText(""))
                .addIfPresent("Problem", body.has("problem") ? operation.problem().sentence() : "")
                .print(session.out());
    }
}
