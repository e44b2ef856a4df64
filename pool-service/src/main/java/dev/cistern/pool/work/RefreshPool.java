package dev.cistern.pool.work;

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
import java.util.Optional;

/** Has volume-service take stock of an active pool. */
public record RefreshPool(Workshop workshop) implements PoolVerb {

    @Override
    public Optional<Problem> refusal(Pool pool) {
        return Workshop.unlessActive(pool);
    }

    @Override
    public Duration deadline() {
        return Duration.ofHours(1);
    }

    @Override
    public Turn begin(Pool pool, Operation operation) {
        if (pool.opened()) {
            workshop.tell(new InternalEvent.PoolRefreshRequested(pool.id(), operation.id()));
        } else {
            pool.reopened();
            workshop.announceOpen(pool, operation);
        }
        return new Turn.Converse("taking stock");
    }

    @Override
    public Turn answered(Operation operation, InternalEvent answer) {
        if (!(answer instanceof PoolInventoried stock)) {
            return PoolVerb.super.answered(operation, answer);
        }
        var problem = stock.problem();
        if (problem != null) {
            return new Turn.Fail(problem);
        }
        var pool = workshop.pool(operation);
        var before = pool.state();
        pool.running(stock.figures());
        workshop.publish("refreshed", pool, before, operation);
        return new Turn.Finish(Stock.of(stock));
    }

    @Override
    public Turn completed(Operation operation, Result result) {
        throw PoolVerb.unexpected(operation, result);
    }

    @Override
    public void undo(Operation operation, Problem problem) {
        var pool = workshop.pool(operation);
        if (problem.code() == ProblemCode.POOL_INACCESSIBLE && pool.state() == PoolState.RUNNING) {
            pool.inaccessible();
            workshop.publish("inaccessible", pool, PoolState.RUNNING, operation);
        }
    }
}
