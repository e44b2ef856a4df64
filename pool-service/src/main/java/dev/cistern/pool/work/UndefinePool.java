package dev.cistern.pool.work;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.InternalEvent;
import dev.cistern.common.message.InternalEvent.PoolClosed;
import dev.cistern.common.message.InternalEvent.PoolForgotten;
import dev.cistern.common.message.Result;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.operation.Turn;
import dev.cistern.common.problem.Problem;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.pool.Pool;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Removes the definition of an inactive pool, once volume-service has none of its volumes left or
 * has forgotten them on request. Files stay where they are.
 */
public record UndefinePool(Workshop workshop) implements PoolVerb {

    /**
     * What was asked.
     *
     * @param keepFiles forget volumes that exist; without it they are a reason to refuse
     */
    public record Request(boolean keepFiles) {}

    @Override
    public Optional<Problem> refusal(Pool pool) {
        return Workshop.unlessInactive(pool);
    }

    @Override
    public boolean needsWorker(Pool pool) {
        return pool.everStarted();
    }

    @Override
    public Duration deadline() {
        return Duration.ofMinutes(10);
    }

    @Override
    public Turn begin(Pool pool, Operation operation) {
        if (!pool.everStarted()) {
            return forget(pool, operation);
        }
        workshop.announceClosing(pool, operation);
        return new Turn.Converse("waiting for the work in the pool to end");
    }

    private Turn forget(Pool pool, Operation operation) {
        var keepFiles = operation.request(Request.class).keepFiles();
        workshop.tell(new InternalEvent.PoolForgetting(pool.id(), operation.id(), keepFiles));
        return new Turn.Converse("looking for volumes");
    }

    @Override
    public Turn answered(Operation operation, InternalEvent answer) {
        var pool = workshop.pool(operation);
        return switch (answer) {
            case PoolClosed closed ->
                    closed.epoch() == pool.epoch() ? forget(pool, operation) : new Turn.Stay();
            case PoolForgotten forgotten ->
                    forgotten.done()
                            ? release(pool, operation)
                            : new Turn.Fail(notEmpty(pool, forgotten.volumes()));
            case InternalEvent.PoolOpened _,
                    InternalEvent.PoolRefreshRequested _,
                    InternalEvent.PoolInventoried _,
                    InternalEvent.PoolClosing _,
                    InternalEvent.PoolForgetting _,
                    InternalEvent.PoolUnreachable _ ->
                    PoolVerb.super.answered(operation, answer);
        };
    }

    private Turn release(Pool pool, Operation operation) {
        if (!pool.everStarted()) {
            return end(pool, operation);
        }
        pool.released();
        return new Turn.Send(new Command.ReleasePool(workshop.place(pool)));
    }

    private static Problem notEmpty(Pool pool, long volumes) {
        return new Problem(
                ProblemCode.POOL_NOT_EMPTY,
                "pool '%s' has %d volumes; delete them, or undefine it with keepFiles (--keep-files) to leave them where they are"
                        .formatted(pool.name(), volumes),
                Map.of("volumes", volumes));
    }

    @Override
    public Turn completed(Operation operation, Result result) {
        if (!(result instanceof Result.PoolReleased)) {
            throw PoolVerb.unexpected(operation, result);
        }
        return end(workshop.pool(operation), operation);
    }

    private Turn end(Pool pool, Operation operation) {
        var before = pool.state();
        pool.undefined();
        workshop.publish("undefined", pool, before, operation);
        return new Turn.Finish(Map.of());
    }

    @Override
    public void undo(Operation operation, Problem problem) {
        // The pool is as inactive as before; what volume-service has forgotten, a start finds
        // again.
    }
}
