package dev.cistern.volume.work;

import dev.cistern.common.message.Result;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.operation.Turn;
import dev.cistern.common.operation.UseCase;
import dev.cistern.common.problem.Problem;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Changes what users say of a volume. It is in the history with the rest, but waits for nothing and
 * has ended when it is accepted.
 */
record UpdateVolume(Workshop workshop) implements UseCase {
    static final String KIND = "UpdateVolume";

    /** What is said from now on. */
    record Request(Map<String, String> labels, String description, @Nullable String secret) {}

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public Turn begin(Operation operation) {
        var request = operation.request(Request.class);
        var id = operation.target();
        workshop.volumes().described(id, request.labels(), request.description(), request.secret());
        workshop.events().publish("updated", id, workshop.volumes().get(id).state(), operation);
        return new Turn.Finish(Map.of("volumeId", id));
    }

    @Override
    public Turn completed(Operation operation, Result result) {
        throw Workshop.unexpected(operation, result);
    }

    @Override
    public void failed(Operation operation, Problem problem) {}
}
