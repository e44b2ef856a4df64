package dev.cistern.pool.work;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.InternalEvent;
import dev.cistern.common.message.InternalEvent.PoolInventoried;
import dev.cistern.common.message.Result;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.operation.Turn;
import dev.cistern.common.problem.Problem;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.pool.Pool;
import dev.cistern.pool.PoolState;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Claims the pool's folder through a worker, then has volume-service open the pool and take stock.
 */
public record StartPool(Workshop workshop) implements PoolVerb {

    @Override
    public Optional<Problem> refusal(Pool pool) {
        return Workshop.unlessUsable(pool)
                .or(
                        () ->
                                pool.state() == PoolState.INACCESSIBLE
                                        ? Optional.empty()
                                        : Workshop.unlessInactive(pool));
    }

    @Override
    public Duration deadline() {
        return Duration.ofHours(1);
    }

    @Override
    public Turn begin(Pool pool, Operation operation) {
        pool.starting();
        pool.lookedAt(Instant.now());
        return new Turn.Send(new Command.StartPool(workshop.place(pool), pool.claimed()));
    }

    @Override
    public Turn completed(Operation operation, Result result) {
        if (!(result instanceof Result.PoolStarted(var figures))) {
            throw PoolVerb.unexpected(operation, result);
        }
        var pool = workshop.pool(operation);
        pool.claimed(figures);
        workshop.announceOpen(pool, operation);
        return new Turn.Converse("taking stock");
    }

    @Override
    public Turn answered(Operation operation, InternalEvent answer) {
        return answer instanceof PoolInventoried stock
                ? workshop.inventoried(operation, stock, "started")
                : PoolVerb.super.answered(operation, answer);
    }

    @Override
    public void undo(Operation operation, Problem problem) {
        var pool = workshop.pool(operation);
        if (pool.opened()) {
            workshop.announceClosing(pool, operation);
        }
        var before = pool.state();
        if (problem.code() == ProblemCode.POOL_INACCESSIBLE && pool.claimed()) {
            workshop.inaccessible(pool, operation);
        } else if (before == PoolState.INACCESSIBLE) {
            pool.stopped();
            workshop.publish("stopped", pool, before, operation);
        }
    }
}
