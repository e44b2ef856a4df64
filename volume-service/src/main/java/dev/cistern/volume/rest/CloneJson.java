package dev.cistern.volume.rest;

import dev.cistern.common.message.CloneStrategy;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.volume.CloneRequest;
import org.jspecify.annotations.Nullable;

/**
 * A request for a clone as JSON.
 *
 * @param pool of the clone; that of the source if absent
 * @param strategy best if absent
 */
public record CloneJson(@Nullable String name, @Nullable String pool, @Nullable String strategy) {

    CloneRequest request() {
        if (name == null) {
            throw new ProblemException(ProblemCode.INVALID_REQUEST, "the field 'name' is absent");
        }
        return new CloneRequest(
                pool, name, strategy == null ? CloneStrategy.BEST : CloneStrategy.of(strategy));
    }
}
