package dev.cistern.pool.work;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.operation.Turn;
import dev.cistern.pool.Pool;
import java.util.Map;

/** Closes an active pool, then has a worker let go of the folder. */
public record StopPool(Workshop workshop) implements ClosingVerb {

    @Override
    public Turn closed(Pool pool, Operation operation) {
        return new Turn.Send(new Command.StopPool(workshop.place(pool)));
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
}
