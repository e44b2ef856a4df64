package dev.cistern.common.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.operation.OperationQuery;
import dev.cistern.common.operation.OperationState;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** An operation as the API shows it. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "OperationView")
public record OperationView(
        UUID id,
        String kind,
        Target target,
        String state,
        boolean done,
        String stage,
        Progress progress,
        boolean mayCancel,
        OperationQuery.@Nullable Ahead waitsFor,
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

    /**
     * How far it is; zeroes while that is unknown.
     *
     * @param bytesPerSecond while it runs and that can be told
     * @param secondsLeft at that rate
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Progress(
            long bytesDone,
            long bytesTotal,
            @Nullable Long bytesPerSecond,
            @Nullable Long secondsLeft) {
        static Progress of(Operation operation) {
            var rate = operation.bytesPerSecond();
            if (operation.state() != OperationState.RUNNING || rate <= 0) {
                return new Progress(operation.bytesDone(), operation.bytesTotal(), null, null);
            }
            var left = operation.bytesTotal() - operation.bytesDone();
            return new Progress(
                    operation.bytesDone(),
                    operation.bytesTotal(),
                    rate,
                    left < 0 ? null : Math.ceilDiv(left, rate));
        }
    }

    /**
     * The view of an operation.
     *
     * @param stage what it is at or waits for, in words
     * @param waitsFor the operation that is before it, or null
     */
    public static OperationView of(
            Operation operation, String stage, OperationQuery.@Nullable Ahead waitsFor) {
        var why = operation.why();
        return new OperationView(
                operation.id(),
                operation.kind(),
                new Target(operation.targetType(), operation.target(), operation.targetName()),
                operation.state().name().toLowerCase(Locale.ROOT),
                operation.state().ended(),
                stage,
                Progress.of(operation),
                operation.mayCancel(),
                waitsFor,
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
