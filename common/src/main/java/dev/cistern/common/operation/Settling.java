package dev.cistern.common.operation;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Lane;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.Problem;
import dev.cistern.common.problem.ProblemCode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is done about commands whose operation was ended while a worker may have had them in hand:
 * an internal operation, the heir, keeps the claims until a worker has seen to it that the command
 * can have no further effect.
 */
final class Settling {
    private static final String LATE = "a worker did it after the operation had ended";

    /** The claims are not let go of before a worker has answered, however long that takes. */
    private static final Duration NO_DEADLINE = Duration.ofDays(36_500);

    private final OperationRows rows;
    private final OperationEntries entries;
    private final Line line;
    private final Course course;
    private final UseCases useCases;

    Settling(
            OperationRows rows,
            OperationEntries entries,
            Line line,
            Course course,
            UseCases useCases) {
        this.rows = rows;
        this.entries = entries;
        this.line = line;
        this.course = course;
        this.useCases = useCases;
    }

    /**
     * Hands the claims of an operation with a command out to an heir, and its place in line, also
     * in that of the lane: nothing that was accepted later goes first.
     */
    void begin(Operation operation, Problem why) {
        rows.cancelling(operation.id(), why);
        var heir =
                entries.insert(
                        UUID.randomUUID(), heirOf(operation), operation.sequence(), operation.id());
        line.inherit(heir.id(), operation.id());
        course.begin(heir);
    }

    /**
     * A result came after the end. Unless that end was settled, in which case it says nothing new,
     * an heir asks what is there; it stands at the end of the line, since the claims are gone.
     */
    void late(Operation operation, Result result) {
        if (operation.state() == OperationState.SUCCEEDED
                || operation.settling()
                || result instanceof Result.CommandFailed
                || !ofVolume(operation)
                || rows.hasHeir(operation.id())) {
            return;
        }
        var sequence = line.draw();
        var heir = entries.insert(UUID.randomUUID(), heirOf(operation), sequence, operation.id());
        line.enter(heir.id(), sequence, List.of(Claim.exclusive(operation.target())));
        if (line.isFirst(heir.id())) {
            course.begin(heir);
        }
    }

    /** Whether the operation's present command is one that can be settled. */
    static boolean ofVolume(Operation operation) {
        return operation.command() != null && operation.sentCommand() instanceof Command.OfVolume;
    }

    /** The command of the heir of this operation. */
    static Command command(Operation operation) {
        if (operation.sentCommand() instanceof Command.OfVolume command) {
            return new Command.Settle(
                    command.pool(),
                    command.volumeId(),
                    command.generation(),
                    operation.id(),
                    command);
        }
        throw new IllegalStateException(
                "operation %s cannot be settled: its command is not of a volume"
                        .formatted(operation.id()));
    }

    private static NewOperation heirOf(Operation operation) {
        return new NewOperation(
                Operation.SETTLE,
                operation.targetType(),
                operation.target(),
                operation.targetName(),
                operation.pool(),
                new NewOperation.Requester(
                        operation.tenant(), operation.actor(), operation.traceparent()),
                operation.group(),
                Lane.METADATA,
                List.of(),
                LATE,
                Set.of(),
                NO_DEADLINE);
    }

    /**
     * A worker has settled it.
     *
     * @param outcome what the operation left behind and stands, or null
     */
    void settled(Operation heir, @Nullable Result outcome) {
        var operation = rows.lock(Objects.requireNonNull(heir.settles())).orElseThrow();
        switch (outcome) {
            case null -> nothingLeft(operation, reason(operation));
            case Result.CommandFailed(var problem) ->
                    nothingLeft(operation, operation.why() == null ? problem : reason(operation));
            default -> stands(operation, outcome);
        }
        course.finish(heir, Map.of());
    }

    private void nothingLeft(Operation operation, Problem why) {
        useCases.of(operation).failed(operation, why);
        endForUser(operation);
    }

    private void stands(Operation operation, Result outcome) {
        var turn = useCases.of(operation).completed(operation, outcome);
        if (operation.state().ended()) {
            return;
        }
        switch (turn) {
            case Turn.Finish(var result) ->
                    course.endedWithoutClaims(rows.succeeded(operation.id(), result));
            case Turn.Fail _, Turn.Send _, Turn.Converse _, Turn.Stay _ ->
                    nothingLeft(operation, reason(operation));
        }
    }

    /**
     * Ends for the user an operation whose settling takes too long; the claims stay with the heir.
     *
     * @return false if it has ended meanwhile
     */
    boolean giveUpWaiting(UUID id) {
        line.lockAround(List.of(id));
        var operation = rows.lock(id);
        if (operation.isEmpty() || operation.get().state() != OperationState.CANCELLING) {
            return false;
        }
        endForUser(operation.get());
        return true;
    }

    private void endForUser(Operation operation) {
        if (operation.state().ended()) {
            return;
        }
        var problem = reason(operation);
        var end =
                problem.code() == ProblemCode.CANCELLED
                        ? OperationState.CANCELLED
                        : OperationState.FAILED;
        var ended = rows.failed(operation.id(), end, problem);
        Course.tell(ended, problem);
        course.failDependents(operation);
        course.endedWithoutClaims(ended);
    }

    private static Problem reason(Operation operation) {
        var why = operation.why();
        return why != null ? why : Problem.of(ProblemCode.CANCELLED, "the operation was cancelled");
    }
}
