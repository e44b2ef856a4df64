package dev.cistern.common.message;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.cistern.common.problem.Problem;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The conversation of the services about pools. The key of each message is the pool's id, so that
 * they come in order.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public sealed interface InternalEvent {

    /** The pool. */
    UUID poolId();

    /**
     * pool-service: the pool takes work from this epoch on; take stock of it and answer {@link
     * PoolInventoried}.
     *
     * @param operation the operation of pool-service that waits for the answer
     * @param group the worker group that reaches the pool
     * @param allowed bytes of capacity that volumes may have in sum
     */
    record PoolOpened(
            UUID poolId,
            UUID operation,
            String name,
            String tenant,
            String group,
            PoolPlace place,
            PoolFigures figures,
            long allowed)
            implements InternalEvent {}

    /**
     * pool-service: take stock of the pool and answer {@link PoolInventoried}.
     *
     * @param patient a file is adopted only when two such looks in a row found it the same, as
     *     nobody has said that it is complete
     */
    record PoolRefreshRequested(UUID poolId, UUID operation, boolean patient)
            implements InternalEvent {
        /** A look that a user asked for: what is there is adopted at once. */
        public PoolRefreshRequested(UUID poolId, UUID operation) {
            this(poolId, operation, false);
        }
    }

    /** volume-service: stock is taken. */
    record PoolInventoried(
            UUID poolId,
            UUID operation,
            PoolFigures figures,
            int volumes,
            int adopted,
            int missing,
            int drifted,
            @Nullable Problem problem)
            implements InternalEvent {}

    /**
     * pool-service: no new work on the pool from this epoch on; answer {@link PoolClosed} when the
     * last has ended.
     */
    record PoolClosing(UUID poolId, UUID operation, long epoch) implements InternalEvent {}

    /** volume-service: nothing runs on the pool any more. */
    record PoolClosed(UUID poolId, UUID operation, long epoch) implements InternalEvent {}

    /**
     * pool-service: the pool is to be undefined; answer {@link PoolForgotten}.
     *
     * @param keepFiles forget volumes that exist; without it they are a reason to refuse
     */
    record PoolForgetting(UUID poolId, UUID operation, boolean keepFiles)
            implements InternalEvent {}

    /**
     * volume-service: the pool's volumes are forgotten, or not.
     *
     * @param volumes how many there are or were
     */
    record PoolForgotten(UUID poolId, UUID operation, boolean done, long volumes)
            implements InternalEvent {}

    /** volume-service: a worker did not find the pool's folder, or not this installation's. */
    record PoolUnreachable(UUID poolId, long epoch, Problem problem) implements InternalEvent {}
}
