package dev.cistern.pool.work;

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
 * Takes an active pool into maintenance: volume-service refuses new work on it and ends what runs.
 * Its storage stays as it is, mounts included; a refresh takes it back.
 */
public record DrainPool(Workshop workshop) implements PoolVerb {

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
        if (closed.epoch() != pool.epoch()) {
            return new Turn.Stay();
        }
        workshop.publish("drained", pool, pool.state(), operation);
        return new Turn.Finish(Map.of());
    }

    @Override
    public Turn completed(Operation operation, Result result) {
        throw PoolVerb.unexpected(operation, result);
    }

    @Override
    public void undo(Operation operation, Problem problem) {
        workshop.reopen(workshop.pool(operation), operation);
    }
}
