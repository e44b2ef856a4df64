package dev.cistern.pool.work;

import dev.cistern.common.message.Result;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.operation.Turn;
import dev.cistern.pool.Pool;
import java.util.Map;

/**
 * Takes an active pool into maintenance. Its storage stays as it is, mounts included; a refresh
 * takes it back.
 */
public record DrainPool(Workshop workshop) implements ClosingVerb {

    @Override
    public Turn closed(Pool pool, Operation operation) {
        workshop.publish("drained", pool, pool.state(), operation);
        return new Turn.Finish(Map.of());
    }

    @Override
    public Turn completed(Operation operation, Result result) {
        throw PoolVerb.unexpected(operation, result);
    }
}
