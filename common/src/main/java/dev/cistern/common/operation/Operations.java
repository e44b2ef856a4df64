package dev.cistern.common.operation;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.CommandMessage;
import dev.cistern.common.message.Control;
import dev.cistern.common.message.Lane;
import dev.cistern.common.message.Owner;
import dev.cistern.common.message.Result;
import dev.cistern.common.message.ResultMessage;
import dev.cistern.common.outbox.Outbox;
import dev.cistern.common.outbox.OutboxMessage;
import dev.cistern.common.problem.Problem;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * The operations of one service: accepted, put in line, sent to workers, and ended, exactly once
 * each.
 *
 * <p>Every method works in the caller's transaction. Locks are taken in one order throughout: the
 * claimed resources by id, the operation, the service's own rows, the lane.
 */
public final class Operations {
    private static final String LATE = "a worker did it after the operation had ended";

    private final Owner owner;
    private final Outbox outbox;
    private final OperationRows rows;
    private final Line line;
    private final Window window;
    private final Map<String, UseCase> useCases;
    private final Consumer<Operation> afterEnd;

    /**
     * The operations of a service.
     *
     * @param resourceTable table of what can be claimed, with a column {@code id}
     * @param afterEnd called in the same transaction whenever an operation has ended
     */
    public Operations(
            Jdbi jdbi,
            Owner owner,
            String resourceTable,
            Outbox outbox,
            Collection<? extends UseCase> useCases,
            Consumer<Operation> afterEnd) {
        this.owner = owner;
        this.outbox = outbox;
        this.rows = new OperationRows(jdbi);
        this.line = new Line(jdbi, resourceTable);
        this.window = new Window(jdbi);
        this.afterEnd = afterEnd;
        this.useCases =
                useCases.stream().collect(Collectors.toMap(UseCase::kind, Function.identity()));
    }

    /**
     * Accepts a request: from now on it ends, whatever happens. It goes at once if nothing is
     * before it.
     */
    public Operation accept(NewOperation request) {
        line.lockResources(request.claims());
        var operation = rows.insert(UUID.randomUUID(), request, line.draw());
        line.enter(operation.id(), operation.sequence(), request.claims());
        rows.depend(operation.id(), request.dependsOn());
        if (line.isFirst(operation.id())) {
            begin(operation);
        }
        return get(operation.id());
    }

    /** An operation. */
    public Optional<Operation> find(UUID id) {
        return rows.find(id);
    }

    /** An operation that exists. */
    public Operation get(UUID id) {
        return find(id).orElseThrow(
                        () ->
                                new ProblemException(
                                        ProblemCode.OPERATION_NOT_FOUND,
                                        "there is no operation " + id));
    }

    /**
     * Takes in what a worker reports.
     *
     * @throws UnknownOperationException if no such operation is visible
     */
    public void report(ResultMessage message) {
        line.lockClaimed(List.of(message.operation()));
        var operation =
                rows.lock(message.operation())
                        .orElseThrow(() -> new UnknownOperationException(message.operation()));
        if (operation.state().ended() || operation.state() == OperationState.CANCELLING) {
            settleIfLate(operation, message.result());
            return;
        }
        if (partOfEarlierAttempt(operation, message)) {
            return;
        }
        switch (message.result()) {
            case Result.CommandFailed(var problem) ->
                    fail(operation, OperationState.FAILED, problem);
            case Result.Settled(_, var outcome) -> settled(operation, outcome);
            case Result.PoolBuilt _,
                    Result.PoolStarted _,
                    Result.PoolStopped _,
                    Result.PoolReleased _,
                    Result.PoolScanPage _,
                    Result.PoolScanned _,
                    Result.VolumeCreated _,
                    Result.VolumeDeleted _ ->
                    follow(operation, useCase(operation).completed(operation, message.result()));
        }
    }

    /** The parts of a result are taken from one attempt only, so that they fit together. */
    private static boolean partOfEarlierAttempt(Operation operation, ResultMessage message) {
        return message.attempt() < operation.attempt()
                && (message.result() instanceof Result.PoolScanPage
                        || message.result() instanceof Result.PoolScanned);
    }

    /**
     * Goes on with an operation whose conversation with the other service is over.
     *
     * @param next decides from the operation as it stands
     * @return false if it has ended meanwhile
     */
    public boolean goOn(UUID id, Function<Operation, Turn> next) {
        line.lockClaimed(List.of(id));
        var operation = rows.lock(id);
        if (operation.isEmpty()
                || operation.get().state() != OperationState.RUNNING
                || operation.get().dispatched()) {
            return false;
        }
        follow(operation.get(), next.apply(operation.get()));
        return true;
    }

    /**
     * Ends an operation early. One that no worker knows ends at once; for one that changes a
     * volume, a worker is asked what it left behind.
     */
    public Operation cancel(UUID id) {
        endEarly(
                id,
                OperationState.CANCELLED,
                Problem.of(ProblemCode.CANCELLED, "the operation was cancelled on request"));
        return get(id);
    }

    /** Ends an operation that took too long. */
    void overdue(UUID id, long deadlineSeconds) {
        endEarly(
                id,
                OperationState.FAILED,
                Problem.of(
                        ProblemCode.DEADLINE_EXCEEDED,
                        "the operation did not end within its deadline of "
                                + Duration.ofSeconds(deadlineSeconds)));
    }

    private void endEarly(UUID id, OperationState end, Problem why) {
        line.lockClaimed(List.of(id));
        var operation =
                rows.lock(id)
                        .filter(found -> !found.settling())
                        .orElseThrow(
                                () ->
                                        new ProblemException(
                                                ProblemCode.OPERATION_NOT_FOUND,
                                                "there is no operation " + id));
        if (operation.state().ended()) {
            throw new ProblemException(
                    ProblemCode.OPERATION_ENDED,
                    "operation %s has ended: it %s"
                            .formatted(id, operation.state().name().toLowerCase(Locale.ROOT)));
        }
        if (operation.state() == OperationState.CANCELLING) {
            return;
        }
        if (operation.dispatched()) {
            outbox.send(OutboxMessage.control(new Control.CancelOperation(id)));
        }
        if (operation.dispatched() && operation.sentCommand() instanceof Command.OfVolume command) {
            rows.cancelling(id, why);
            settle(operation, command);
        } else {
            fail(operation, end, why);
        }
    }

    private void settleIfLate(Operation operation, Result result) {
        if (operation.state().ended()
                && !operation.settling()
                && operation.state() != OperationState.SUCCEEDED
                && !(result instanceof Result.CommandFailed)
                && operation.command() != null
                && operation.sentCommand() instanceof Command.OfVolume command) {
            line.lockResources(List.of(Claim.exclusive(operation.target())));
            settle(operation, command);
        }
    }

    /**
     * The heir of the operation's claims and place in line; a late one, whose claims are gone,
     * stands at the end.
     */
    private void settle(Operation operation, Command.OfVolume command) {
        var sequence = line.draw();
        var heir = rows.insert(UUID.randomUUID(), settling(operation), sequence, operation.id());
        line.inherit(heir.id(), operation.id());
        if (operation.state().ended()) {
            line.enter(heir.id(), sequence, List.of(Claim.exclusive(operation.target())));
        }
        if (line.isFirst(heir.id())) {
            send(heir, settleCommand(operation.id(), command));
        }
    }

    private static Command.Settle settleCommand(UUID operation, Command.OfVolume command) {
        return new Command.Settle(
                command.pool(), command.volumeId(), command.generation(), operation, command);
    }

    private static NewOperation settling(Operation operation) {
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
                Duration.ofDays(36_500));
    }

    private void settled(Operation heir, @Nullable Result outcome) {
        var operation = rows.lock(Objects.requireNonNull(heir.settles())).orElseThrow();
        if (outcome != null) {
            useCase(operation).completed(operation, outcome);
            if (!operation.state().ended()) {
                rows.succeeded(operation.id(), outcome);
            }
        } else {
            useCase(operation).failed(operation, reason(operation));
            if (!operation.state().ended()) {
                endCancelled(operation);
            }
        }
        finish(heir, Map.of());
        afterEnd.accept(operation);
    }

    private static Problem reason(Operation operation) {
        var why = operation.why();
        return why != null ? why : Problem.of(ProblemCode.CANCELLED, "the operation was cancelled");
    }

    /** For the user; what is left of it is another matter. */
    private void endCancelled(Operation operation) {
        var problem = reason(operation);
        var end =
                problem.code() == ProblemCode.CANCELLED
                        ? OperationState.CANCELLED
                        : OperationState.FAILED;
        rows.failed(operation.id(), end, problem);
        failDependents(operation);
    }

    /**
     * Ends for the user an operation whose settling takes too long; the claims stay with the
     * settling one.
     *
     * @return false if it has ended meanwhile
     */
    boolean endUnsettled(UUID id) {
        line.lockClaimed(List.of(id));
        var operation = rows.lock(id);
        if (operation.isEmpty() || operation.get().state() != OperationState.CANCELLING) {
            return false;
        }
        endCancelled(operation.get());
        afterEnd.accept(operation.get());
        return true;
    }

    private void begin(Operation operation) {
        if (operation.settles() != null) {
            var original = rows.find(operation.settles()).orElseThrow();
            if (original.sentCommand() instanceof Command.OfVolume command) {
                send(operation, settleCommand(original.id(), command));
            }
            return;
        }
        var failedBase = rows.failedBase(operation.id());
        if (failedBase.isPresent()) {
            fail(operation, OperationState.FAILED, dependencyFailed(failedBase.get()));
        } else {
            follow(operation, useCase(operation).begin(operation));
        }
    }

    private void follow(Operation operation, Turn turn) {
        switch (turn) {
            case Turn.Send(var command) -> send(operation, command);
            case Turn.Converse(var stage) -> {
                rows.conversing(operation.id(), stage);
                if (operation.dispatched()) {
                    rows.withoutCommand(operation.id());
                    refill(operation.group(), operation.lane());
                }
            }
            case Turn.Finish(var result) -> finish(operation, result);
            case Turn.Fail(var problem) -> fail(operation, OperationState.FAILED, problem);
            case Turn.Stay() -> {}
        }
    }

    private void send(Operation operation, Command command) {
        rows.ready(operation.id(), command);
        if (window.hasRoom(operation.group(), operation.lane())) {
            dispatch(operation.id(), 0);
        }
    }

    private void finish(Operation operation, Object result) {
        rows.succeeded(operation.id(), result);
        release(operation);
    }

    private void fail(Operation operation, OperationState end, Problem problem) {
        rows.failed(operation.id(), end, problem);
        if (!operation.settling()) {
            useCase(operation).failed(operation, problem);
            failDependents(operation);
        }
        release(operation);
    }

    private void failDependents(Operation base) {
        for (var id : rows.dependents(base.id())) {
            var dependent = rows.lock(id).orElseThrow();
            if (dependent.state() == OperationState.WAITING) {
                fail(dependent, OperationState.FAILED, dependencyFailed(base));
            }
        }
    }

    private static Problem dependencyFailed(Operation base) {
        return new Problem(
                ProblemCode.DEPENDENCY_FAILED,
                "%s of %s (operation %s) did not succeed, and this builds on it"
                        .formatted(base.kind(), base.targetName(), base.id()),
                Map.of("dependsOn", base.id().toString()));
    }

    private void release(Operation operation) {
        for (var id : line.leave(operation.id())) {
            beginIfFirst(id);
        }
        afterEnd.accept(operation);
        if (operation.dispatched()) {
            refill(operation.group(), operation.lane());
        }
    }

    private boolean beginIfFirst(UUID id) {
        var waiting = rows.lock(id);
        if (waiting.isEmpty()
                || waiting.get().state() != OperationState.WAITING
                || !line.isFirst(id)) {
            return false;
        }
        begin(waiting.get());
        return true;
    }

    /** Sends what has room now; for who freed it. */
    private int refill(String group, Lane lane) {
        var ready = window.next(group, lane);
        ready.forEach(id -> dispatch(id, 0));
        return ready.size();
    }

    /** A worker group's slots have changed. */
    void resize(String group, Lane lane, int slots) {
        window.resize(group, lane, slots);
        refill(group, lane);
    }

    /** Sends a command that seems lost once more; nothing happens if it has moved on. */
    void sendAgain(UUID id, int attempt) {
        dispatch(id, attempt);
    }

    private void dispatch(UUID id, int previousAttempt) {
        if (!rows.sent(id, previousAttempt)) {
            return;
        }
        var operation = rows.find(id).orElseThrow();
        var message =
                new CommandMessage(
                        id,
                        operation.attempt(),
                        owner,
                        operation.traceparent(),
                        operation.sentCommand());
        outbox.send(OutboxMessage.command(message, operation.group(), operation.lane()));
    }

    /**
     * Looks for an operation that should have gone and did not.
     *
     * @return whether this one was missed
     */
    boolean sweepWaiting(UUID id) {
        line.lockClaimed(List.of(id));
        return beginIfFirst(id);
    }

    /** Looks for ready operations that a lane had room for; returns how many were missed. */
    int sweepReady(String group, Lane lane) {
        return refill(group, lane);
    }

    private UseCase useCase(Operation operation) {
        var useCase = useCases.get(operation.kind());
        if (useCase == null) {
            throw new IllegalStateException(
                    "no use case for operations of kind " + operation.kind());
        }
        return useCase;
    }

    /** A result came for an operation that is not there (yet). */
    public static final class UnknownOperationException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UnknownOperationException(UUID operation) {
            super("a result came for operation " + operation + ", which is not in the database");
        }
    }
}
