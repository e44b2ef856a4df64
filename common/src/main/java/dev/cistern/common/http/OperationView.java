package dev.cistern.common.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.cistern.common.operation.Operation;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An operation as the API shows it. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record OperationView(
        UUID id,
        String kind,
        Target target,
        String state,
        boolean done,
        String stage,
        Progress progress,
        int attempt,
        @Nullable String worker,
        String tenant,
        String actor,
        long deadlineSeconds,
        Instant createdAt,
        @Nullable Instant startedAt,
        Instant updatedAt,
        @Nullable Instant finishedAt,
        @JsonRawValue @Nullable String result,
        @Nullable Map<String, Object> problem) {

    /** What the operation is done to. */
    public record Target(String type, UUID id, String name) {}

    /** How far it is; zeroes while that is unknown. */
    public record Progress(long bytesDone, long bytesTotal) {}

    /**
     * The view of an operation.
     *
     * @param stage what it is at or waits for, in words
     */
    public static OperationView of(Operation operation, String stage) {
        var why = operation.why();
        return new OperationView(
                operation.id(),
                operation.kind(),
                new Target(operation.targetType(), operation.target(), operation.targetName()),
                operation.state().name().toLowerCase(Locale.ROOT),
                operation.state().ended(),
                stage,
                new Progress(operation.bytesDone(), operation.bytesTotal()),
                operation.attempt(),
                operation.worker(),
                operation.tenant(),
                operation.actor(),
                operation.deadline(),
                operation.createdAt(),
                operation.startedAt(),
                operation.updatedAt(),
                operation.finishedAt(),
                operation.result(),
                why == null ? null : ProblemBody.of(why));
    }
}
