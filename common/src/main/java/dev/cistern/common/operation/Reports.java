package dev.cistern.common.operation;

import dev.cistern.common.message.Owner;
import dev.cistern.common.message.Result;
import dev.cistern.common.message.ResultMessage;
import dev.cistern.common.operation.UseCase.Completion;
import dev.cistern.common.problem.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * What workers report, taken in by the operations that it is of: what was done for different
 * operations with the statements for one. The caller has locked what they can reach, see {@link
 * Line#lockAllAround}.
 */
final class Reports {
    private static final Logger LOG = Logger.getLogger(Reports.class);

    private final Owner owner;
    private final OperationRows rows;
    private final Course course;
    private final Settling settling;

    Reports(Owner owner, OperationRows rows, Course course, Settling settling) {
        this.owner = owner;
        this.rows = rows;
        this.course = course;
        this.settling = settling;
    }

    /**
     * Takes in reports, in this order. What belongs to another service, or says nothing new, has no
     * effect.
     *
     * @throws Operations.UnknownOperationException if one of the operations is not visible
     */
    void take(List<ResultMessage> messages) {
        var together = new LinkedHashMap<UUID, ResultMessage>();
        for (var message : messages) {
            if (message.owner() != owner) {
                continue;
            }
            if (!ofWorkDone(message) || together.containsKey(message.operation())) {
                takeTogether(together);
                together.clear();
            }
            if (ofWorkDone(message)) {
                together.put(message.operation(), message);
            } else {
                takeTogether(Map.of(message.operation(), message));
            }
        }
        takeTogether(together);
    }

    /** Other results end operations in ways that reach further than these. */
    private static boolean ofWorkDone(ResultMessage message) {
        return message.result() instanceof Result.Done;
    }

    private void takeTogether(Map<UUID, ResultMessage> messages) {
        var done = new ArrayList<Completion>();
        for (var operation : lockedAll(List.copyOf(messages.keySet()))) {
            var message = Objects.requireNonNull(messages.get(operation.id()));
            if (operation.state().ended()) {
                settling.late(operation, message.result());
            } else if (operation.state() != OperationState.CANCELLING
                    && ofPresentCommand(operation, message)) {
                take(operation, message.result(), done);
            }
        }
        course.completed(done);
    }

    private List<Operation> lockedAll(List<UUID> ids) {
        var operations = ids.isEmpty() ? List.<Operation>of() : rows.lock(ids);
        if (operations.size() < ids.size()) {
            var there = operations.stream().map(Operation::id).collect(Collectors.toSet());
            throw new Operations.UnknownOperationException(
                    ids.stream().filter(id -> !there.contains(id)).findFirst().orElseThrow());
        }
        return operations;
    }

    /** The parts of a result are taken from one attempt only, so that they fit together. */
    private static boolean ofPresentCommand(Operation operation, ResultMessage message) {
        return switch (message.result()) {
            case Result.PoolScanPage _, Result.PoolScanned _ ->
                    operation.dispatched() && message.attempt() == operation.attempt();
            default -> operation.dispatched() && message.attempt() > operation.attemptsBefore();
        };
    }

    private void take(Operation operation, Result result, List<Completion> done) {
        switch (result) {
            case Result.CommandFailed(var problem) -> failed(operation, problem);
            case Result.Settled(_, var outcome) -> settling.settled(operation, outcome);
            case Result.Done _ -> done.add(new Completion(operation, result));
        }
    }

    private void failed(Operation operation, Problem problem) {
        if (operation.settling()) {
            LOG.warnf(
                    "%s of %s is not settled yet: %s",
                    operation.targetType(), operation.targetName(), problem.detail());
        } else {
            course.fail(operation, OperationState.FAILED, problem);
        }
    }
}
