package dev.cistern.volume.work;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.PoolPlace;
import dev.cistern.common.message.Result;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.problem.Problem;
import dev.cistern.volume.Volume;

/** What is particular to one kind of operation that changes a volume's file where it is. */
interface Change {
    /** Of the operations, for example {@code ResizeVolume}. */
    String kind();

    /** What the public event says, past tense, for example {@code resized}. */
    String verb();

    /**
     * What a worker is to do.
     *
     * @param volume with the generation that the command is of
     * @throws dev.cistern.common.problem.ProblemException if the volume as it is does not allow it
     */
    Command.OnImage command(Operation operation, Volume volume, PoolPlace pool);

    /** Takes into rows of its own what a worker has done. */
    default void completed(Operation operation, Volume before, Result.OfFile result) {}

    /**
     * Takes rows of its own back; comes a second time like {@link
     * dev.cistern.common.operation.UseCase#failed}.
     */
    default void failed(Operation operation, Problem problem) {}

    /**
     * What the user sees of a success.
     *
     * @param now the volume as it has become
     */
    Object shown(Operation operation, Volume now, Result.OfFile result);
}
