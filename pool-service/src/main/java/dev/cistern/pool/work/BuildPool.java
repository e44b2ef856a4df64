package dev.cistern.pool.work;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.operation.Turn;
import dev.cistern.common.problem.Problem;
import dev.cistern.pool.Pool;
import dev.cistern.pool.PoolState;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Makes the folder of an inactive pool. */
public record BuildPool(Workshop workshop) implements PoolVerb {

    @Override
    public Optional<Problem> refusal(Pool pool) {
        return Workshop.unlessDirectory(pool).or(() -> Workshop.unlessInactive(pool));
    }

    @Override
    public Duration deadline() {
        return Duration.ofMinutes(10);
    }

    @Override
    public Turn begin(Pool pool, Operation operation) {
        pool.building();
        return new Turn.Send(new Command.BuildPool(workshop.place(pool), pool.permissions()));
    }

    @Override
    public Turn completed(Operation operation, Result result) {
        if (!(result instanceof Result.PoolBuilt)) {
            throw PoolVerb.unexpected(operation, result);
        }
        var pool = workshop.pool(operation);
        pool.built();
        workshop.publish("built", pool, PoolState.BUILDING, operation);
        return new Turn.Finish(Map.of("path", pool.path()));
    }

    @Override
    public void undo(Operation operation, Problem problem) {
        var pool = workshop.pool(operation);
        if (pool.state() == PoolState.BUILDING) {
            pool.built();
        }
    }
}
