package dev.cistern.pool.work;

import dev.cistern.common.message.InternalEvent;
import dev.cistern.common.message.InternalEvent.PoolClosed;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.operation.Turn;
import dev.cistern.common.problem.Problem;
import dev.cistern.pool.Pool;
import java.time.Duration;
import java.util.Optional;

/**
 * Something that begins by closing an active pool: volume-service refuses new work on it and ends
 * what runs. If it fails or is cancelled, the pool is open again.
 */
public sealed interface ClosingVerb extends PoolVerb permits DrainPool, StopPool {

    /** Nothing runs in the pool any more. */
    Turn closed(Pool pool, Operation operation);

    @Override
    default Optional<Problem> refusal(Pool pool) {
        return Workshop.unlessActive(pool);
    }

    @Override
    default Duration deadline() {
        return Duration.ofDays(1);
    }

    @Override
    default Turn begin(Pool pool, Operation operation) {
        workshop().announceClosing(pool, operation);
        return new Turn.Converse("waiting for the work in the pool to end");
    }

    @Override
    default Turn answered(Operation operation, InternalEvent answer) {
        if (!(answer instanceof PoolClosed closed)) {
            return PoolVerb.super.answered(operation, answer);
        }
        var pool = workshop().pool(operation);
        return closed.epoch() == pool.epoch() ? closed(pool, operation) : new Turn.Stay();
    }

    @Override
    default void undo(Operation operation, Problem problem) {
        workshop().reopen(workshop().pool(operation), operation);
    }
}
