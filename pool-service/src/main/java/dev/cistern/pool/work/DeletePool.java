package dev.cistern.pool.work;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.operation.Turn;
import dev.cistern.common.problem.Problem;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.pool.Pool;
import dev.cistern.pool.PoolDefinition;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Removes the folder of an inactive pool in which nothing is left; the definition stays, as with
 * {@code virsh pool-delete}.
 */
public record DeletePool(Workshop workshop) implements PoolVerb {

    /**
     * What was asked.
     *
     * @param zeroed overwrite the pool's device first
     */
    public record Request(boolean zeroed) {}

    @Override
    public Optional<Problem> refusal(Pool pool) {
        return Workshop.unlessUsable(pool).or(() -> Workshop.unlessInactive(pool));
    }

    @Override
    public Duration deadline() {
        return Duration.ofHours(12);
    }

    @Override
    public Turn begin(Pool pool, Operation operation) {
        var zeroed = operation.request(Request.class).zeroed();
        if (zeroed && !PoolDefinition.FS.equals(pool.type())) {
            throw new ProblemException(
                    ProblemCode.UNSUPPORTED,
                    "pool '%s' has no device to overwrite with zeroes: only pools of type fs have"
                            .formatted(pool.name()));
        }
        return new Turn.Send(
                new Command.DeletePool(
                        workshop.place(pool), zeroed ? pool.source().device() : null));
    }

    @Override
    public Turn completed(Operation operation, Result result) {
        if (!(result instanceof Result.PoolDeleted)) {
            throw PoolVerb.unexpected(operation, result);
        }
        var pool = workshop.pool(operation);
        pool.deleted();
        workshop.publish("deleted", pool, pool.state(), operation);
        return new Turn.Finish(Map.of("path", pool.path()));
    }

    @Override
    public void undo(Operation operation, Problem problem) {
        // A folder that was not removed is as it was.
    }
}
