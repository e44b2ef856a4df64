package dev.cistern.volume.work;

import dev.cistern.common.operation.Operation;
import dev.cistern.common.operation.Turn;
import dev.cistern.common.operation.UseCase;
import dev.cistern.common.problem.Problem;
import dev.cistern.volume.PoolView;

/** Work of a worker in one pool, which does not begin in a pool that was stopped meanwhile. */
interface InPool extends UseCase {

    /** What it works with. */
    Workshop workshop();

    /** Its turn has come, and the pool takes work. */
    Turn begin(Operation operation, PoolView pool);

    @Override
    default Turn begin(Operation operation) {
        var pool = workshop().pool(operation);
        return pool.closed() ? new Turn.Fail(Workshop.closed(pool)) : begin(operation, pool);
    }

    @Override
    default void failed(Operation operation, Problem problem) {
        workshop().tellIfUnreachable(operation, problem);
    }
}
