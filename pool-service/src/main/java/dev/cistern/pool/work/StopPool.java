package dev.cistern.pool.work;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.InternalEvent;
import dev.cistern.common.message.InternalEvent.PoolClosed;
import dev.cistern.common.message.Result;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.operation.Turn;
import dev.cistern.common.problem.Problem;
import dev.cistern.pool.Pool;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Has volume-service refuse new work and end what runs, then has a worker let go of the folder; a
 * stop that fails or is cancelled opens the pool again.
 */
public record StopPool(Workshop workshop) implements PoolVerb {

    @Override
    public Optional<Problem> refusal(Pool pool) {
        return Workshop.unlessActive(pool);
    }

    @Override
    public Duration deadline() {
        return Duration.ofDays(1);
    }

    @Override
    public Turn begin(Pool pool, Operation operation) {
        workshop.announceClosing(pool, operation);
        return new Turn.Converse("waiting for the work in the pool to end");
    }

    @Override
    public Turn answered(Operation operation, InternalEvent answer) {
        var pool = workshop.pool(operation);
        if (!(answer instanceof PoolClosed closed)) {
            return PoolVerb.super.answered(operation, answer);
        }
        return closed.epoch() == pool.epoch()
                ? new Turn.Send(new Command.StopPool(workshop.place(pool)))
                : new Turn.Stay();
    }

    @Override
    public Turn completed(Operation operation, Result result) {
        if (!(result instanceof Result.PoolStopped)) {
            throw PoolVerb.unexpected(operation, result);
        }
        var pool = workshop.pool(operation);
        var before = pool.state();
        pool.stopped();
        workshop.haveAllLeave(pool);
        workshop.publish("stopped", pool, before, operation);
        return new Turn.Finish(Map.of());
    }

    @Override
    public void undo(Operation operation, Problem problem) {
        workshop.reopen(workshop.pool(operation), operation);
    }
}
