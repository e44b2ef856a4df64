package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.worker.execution.Work;
import java.io.IOException;
import java.util.List;

/**
 * Carries out the commands of one type, any number of times with effect once: it makes so what is
 * not so, then reports what is.
 */
interface CommandHandler<C extends Command> {
    /**
     * Does the work.
     *
     * @throws dev.cistern.common.problem.ProblemException if it cannot be done and nothing is left
     *     of it; likewise the IOException
     * @throws dev.cistern.worker.execution.DroppedException if nothing is to be reported
     */
    Result handle(C command, Work work) throws IOException;

    /** Names of the crash points between its steps, in their order. */
    List<String> crashPoints();
}
