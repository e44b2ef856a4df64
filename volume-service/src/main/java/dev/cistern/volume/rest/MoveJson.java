package dev.cistern.volume.rest;

import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import org.jspecify.annotations.Nullable;

/** A request to go into another pool, as JSON. */
public record MoveJson(@Nullable String pool) {
    String target() {
        if (pool == null) {
            throw new ProblemException(ProblemCode.INVALID_REQUEST, "the field 'pool' is absent");
        }
        return pool;
    }
}
