package dev.cistern.common.operation;

import dev.cistern.common.message.Command;
import dev.cistern.common.problem.Problem;

/** What an operation does next, as its use case decides. */
public sealed interface Turn {

    /** A worker is to do this. */
    record Send(Command command) implements Turn {}

    /**
     * The other service has been asked; its answer goes on with the operation.
     *
     * @param stage shown to the user
     */
    record Converse(String stage) implements Turn {}

    /** More results of the same command are to come. */
    record Stay() implements Turn {}

    /** It has succeeded; {@code result} is shown to the user, as JSON. */
    record Finish(Object result) implements Turn {}

    /** It has failed. */
    record Fail(Problem problem) implements Turn {}
}
