package dev.cistern.pool.work;

import dev.cistern.common.message.InternalEvent;
import dev.cistern.common.message.InternalEvent.PoolInventoried;
import dev.cistern.common.message.Result;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.operation.Turn;
import dev.cistern.common.problem.Problem;
import dev.cistern.pool.Pool;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Has volume-service take stock of an active pool. */
public record RefreshPool(Workshop workshop) implements PoolVerb {

    /**
     * What was asked.
     *
     * @param patient nobody has said that what is in the folder is complete: a new file is adopted
     *     when it has not changed between two looks
     */
    public record Request(boolean patient) {}

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
        pool.lookedAt(Instant.now());
        if (pool.opened()) {
            var patient = operation.request(Request.class).patient();
            workshop.tell(
                    new InternalEvent.PoolRefreshRequested(pool.id(), operation.id(), patient));
        } else {
            pool.reopened();
            workshop.announceOpen(pool, operation);
        }
        return new Turn.Converse("taking stock");
    }

    @Override
    public Turn answered(Operation operation, InternalEvent answer) {
        return answer instanceof PoolInventoried stock
                ? workshop.inventoried(operation, stock, "refreshed")
                : PoolVerb.super.answered(operation, answer);
    }

    @Override
    public Turn completed(Operation operation, Result result) {
        throw PoolVerb.unexpected(operation, result);
    }

    @Override
    public void undo(Operation operation, Problem problem) {
        var pool = workshop.pool(operation);
        if (Workshop.tellsOfFolder(problem) && pool.state().active()) {
            workshop.inaccessible(pool, operation);
        }
    }
}
