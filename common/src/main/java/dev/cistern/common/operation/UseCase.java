package dev.cistern.common.operation;

import dev.cistern.common.message.Result;
import dev.cistern.common.problem.Problem;
import java.util.List;

/**
 * What a service does with one kind of operation. Every method runs in the transaction that moves
 * the operation on, with the rows of the claimed resources locked, and must leave the effects that
 * it has in the database alone. Rows of its own that several operations change, such as a sum per
 * pool, are locked after those of resources, by everyone.
 */
public interface UseCase {

    /** The kind of operation, for example {@code CreateVolume}. */
    String kind();

    /**
     * The operation is first in line for all that it claims.
     *
     * @throws dev.cistern.common.problem.ProblemException a refusal, the same as {@link Turn.Fail}
     *     when it waited, while the request is being accepted an answer that rolls it back; any
     *     other exception undoes the end of the operation that it waited for, too
     */
    Turn begin(Operation operation);

    /**
     * A worker has done it, or a part of it.
     *
     * @param result never a {@link Result.CommandFailed} nor {@link Result.Settled}
     */
    Turn completed(Operation operation, Result result);

    /** What a worker has done for an operation. */
    record Completion(Operation operation, Result result) {}

    /**
     * The same for different operations whose results came together; the turns come in their order.
     * For who can do it with one statement for all.
     */
    default List<Turn> completedAll(List<Completion> all) {
        return all.stream().map(done -> completed(done.operation(), done.result())).toList();
    }

    /**
     * It has failed, or was ended early and nothing of it is left: the resource goes back to what
     * it was. It may come a second time, when a late result of an ended operation has been settled.
     */
    void failed(Operation operation, Problem problem);
}
