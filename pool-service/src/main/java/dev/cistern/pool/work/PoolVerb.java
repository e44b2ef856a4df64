package dev.cistern.pool.work;

import dev.cistern.common.message.InternalEvent;
import dev.cistern.common.message.Result;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.operation.OperationState;
import dev.cistern.common.operation.Turn;
import dev.cistern.common.operation.UseCase;
import dev.cistern.common.problem.Problem;
import dev.cistern.pool.Pool;
import java.time.Duration;
import java.util.Optional;

/** Something that can be done to a pool. */
public sealed interface PoolVerb extends UseCase
        permits BuildPool, StartPool, ClosingVerb, RefreshPool, DeletePool, UndefinePool {

    @Override
    default String kind() {
        return getClass().getSimpleName();
    }

    /** Why it cannot be done to the pool as it is now. */
    Optional<Problem> refusal(Pool pool);

    /** Whether it sends the pool's workers anything. */
    default boolean needsWorker(Pool pool) {
        return true;
    }

    /** How long it may take once its turn has come. */
    Duration deadline();

    /** What it works with. */
    Workshop workshop();

    /** Its turn has come and nothing speaks against it. */
    Turn begin(Pool pool, Operation operation);

    @Override
    default Turn begin(Operation operation) {
        var pool = workshop().pool(operation);
        return refusal(pool).<Turn>map(Turn.Fail::new).orElseGet(() -> begin(pool, operation));
    }

    @Override
    default void failed(Operation operation, Problem problem) {
        if (operation.state() != OperationState.WAITING) {
            undo(operation, problem);
        }
    }

    /**
     * It has begun and failed, or was ended early: the pool goes back to what it was. What fails
     * before its turn has nothing to undo, and the pool is in another's hands.
     */
    void undo(Operation operation, Problem problem);

    /** volume-service has answered what it was asked on behalf of the operation. */
    default Turn answered(Operation operation, InternalEvent answer) {
        throw new IllegalStateException(
                "%s of %s asked nothing that %s answers"
                        .formatted(kind(), operation.targetName(), answer));
    }

    /** A worker's result of another kind than was asked for. */
    static IllegalStateException unexpected(Operation operation, Result result) {
        return new IllegalStateException(
                "%s of %s ended in %s".formatted(operation.kind(), operation.targetName(), result));
    }
}
