package dev.cistern.common.operation;

import dev.cistern.common.message.Command;
import dev.cistern.common.operation.UseCase.Completion;
import dev.cistern.common.problem.Problem;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.common.trace.LogContext;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * The course of an operation from its turn to its end, and of those that wait for it. The caller
 * has locked what a change can reach, see {@link Line#lockAround}, and the operation.
 */
final class Course {
    private static final Logger LOG = Logger.getLogger(Course.class);

    /** Member of a problem: the operation that is in the way, or was before this one. */
    private static final String CONFLICT = "operation";

    private static final Set<ProblemCode> BY_STATE =
            Set.of(
                    ProblemCode.VOLUME_STATE,
                    ProblemCode.VOLUME_NOT_FOUND,
                    ProblemCode.POOL_NOT_RUNNING,
                    ProblemCode.POOL_NOT_INACTIVE);

    private final OperationRows rows;
    private final Line line;
    private final Dispatcher dispatcher;
    private final UseCases useCases;
    private final Consumer<Operation> afterEnd;

    Course(
            OperationRows rows,
            Line line,
            Dispatcher dispatcher,
            UseCases useCases,
            Consumer<Operation> afterEnd) {
        this.rows = rows;
        this.line = line;
        this.dispatcher = dispatcher;
        this.useCases = useCases;
        this.afterEnd = afterEnd;
    }

    /**
     * Takes its turn.
     *
     * @throws ProblemException if the use case refuses that way
     */
    void begin(Operation operation) {
        follow(operation, firstTurn(operation));
    }

    /** Goes on with different operations, each with what a worker has done for it. */
    void completed(List<Completion> all) {
        useCases.byKind(all, Completion::operation)
                .forEach(
                        (useCase, alike) ->
                                follow(
                                        alike.stream().map(Completion::operation).toList(),
                                        useCase.completedAll(alike)));
    }

    /** Begins an operation that waited, if it is first now; a refusal is its own end only. */
    boolean beginIfFirst(UUID id) {
        var waiting = rows.lock(id);
        if (waiting.isEmpty()
                || waiting.get().state() != OperationState.WAITING
                || !line.isFirst(id)) {
            return false;
        }
        line.lockAround(List.of(id));
        follow(waiting.get(), firstTurnOrRefusal(waiting.get()));
        return true;
    }

    private Turn firstTurnOrRefusal(Operation operation) {
        try {
            return firstTurn(operation);
        } catch (ProblemException refusal) {
            return new Turn.Fail(refusal.problem());
        }
    }

    /** What the state of its target speaks against says which operation made it so. */
    private Problem naming(Problem problem, Operation refused) {
        var ofTarget = problem.code().code().startsWith(refused.targetType());
        if (!ofTarget
                || !BY_STATE.contains(problem.code())
                || problem.members().containsKey(CONFLICT)) {
            return problem;
        }
        return rows.before(refused)
                .map(earlier -> problem.with(CONFLICT, earlier.id().toString()))
                .orElse(problem);
    }

    private Turn firstTurn(Operation operation) {
        if (operation.settles() != null) {
            return new Turn.Send(Settling.command(rows.find(operation.settles()).orElseThrow()));
        }
        return rows.failedBase(operation.id())
                .<Turn>map(base -> new Turn.Fail(dependencyFailed(base)))
                .orElseGet(() -> useCases.of(operation).begin(operation));
    }

    /** Does what its use case decided. */
    void follow(Operation operation, Turn turn) {
        follow(List.of(operation), List.of(turn));
    }

    /** The same for several, each with its turn: what is alike is done together. */
    private void follow(List<Operation> operations, List<Turn> turns) {
        var sending = new LinkedHashMap<Operation, Command>();
        var finishing = new LinkedHashMap<Operation, Object>();
        for (var index = 0; index < operations.size(); index++) {
            var operation = operations.get(index);
            switch (turns.get(index)) {
                case Turn.Send(var command) -> sending.put(operation, command);
                case Turn.Converse(var stage) -> converse(operation, stage);
                case Turn.Finish(var result) -> finishing.put(operation, result);
                case Turn.Fail(var problem) -> fail(operation, OperationState.FAILED, problem);
                case Turn.Stay() -> {}
            }
        }
        dispatcher.ready(sending);
        finish(finishing);
    }

    private void converse(Operation operation, String stage) {
        rows.conversing(operation.id(), stage);
        rows.withoutCommand(operation.id());
        dispatcher.freed(operation);
    }

    void finish(Operation operation, Object result) {
        finish(Map.of(operation, result));
    }

    private void finish(Map<Operation, Object> results) {
        if (!results.isEmpty()) {
            var byId = new LinkedHashMap<UUID, Object>();
            results.forEach((operation, result) -> byId.put(operation.id(), result));
            release(rows.succeeded(byId));
        }
    }

    void fail(Operation operation, OperationState end, Problem cause) {
        var problem = naming(cause, operation);
        var ended = rows.failed(operation.id(), end, problem);
        useCases.of(operation).failed(operation, problem);
        tell(ended, problem);
        failDependents(operation);
        release(List.of(ended));
    }

    /** Writes into the log that it has ended without success. */
    static void tell(Operation ended, Problem problem) {
        try (var _ =
                LogContext.of(
                        Map.of(
                                LogContext.OPERATION,
                                ended.id().toString(),
                                LogContext.RESOURCE,
                                ended.target().toString(),
                                LogContext.TENANT,
                                ended.tenant(),
                                LogContext.TRACE,
                                LogContext.trace(ended.traceparent())))) {
            LOG.infof(
                    "%s of %s %s: %s",
                    ended.kind(),
                    ended.targetName(),
                    ended.state().name().toLowerCase(Locale.ROOT),
                    problem.detail());
        }
    }

    /** It has ended, and its claims are another's. */
    void endedWithoutClaims(Operation ended) {
        dispatcher.freed(ended);
        afterEnd.accept(ended);
    }

    void failDependents(Operation base) {
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

    private void release(List<Operation> ended) {
        for (var id : line.leave(ended.stream().map(Operation::id).toList())) {
            beginIfFirst(id);
        }
        ended.forEach(this::endedWithoutClaims);
    }
}
