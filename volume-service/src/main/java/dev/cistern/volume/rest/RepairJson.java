package dev.cistern.volume.rest;

import dev.cistern.common.message.Command.Repair;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.volume.Check;
import org.jspecify.annotations.Nullable;

/**
 * A request for a repair as JSON.
 *
 * @param what leaks or all; all by default
 */
public record RepairJson(@Nullable String what) {
    /** The usual one if the body is empty. */
    static RepairJson or(@Nullable RepairJson body) {
        return body == null ? new RepairJson(null) : body;
    }

    Check request() {
        return switch (what) {
            case null -> new Check(Repair.ALL);
            case "all" -> new Check(Repair.ALL);
            case "leaks" -> new Check(Repair.LEAKS);
            default ->
                    throw new ProblemException(
                            ProblemCode.INVALID_REQUEST,
                            "'%s' cannot be repaired; leaks and all can".formatted(what));
        };
    }
}
