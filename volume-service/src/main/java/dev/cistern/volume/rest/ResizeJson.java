package dev.cistern.volume.rest;

import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.volume.Resize;
import org.jspecify.annotations.Nullable;

/**
 * A request for another capacity as JSON.
 *
 * @param capacity bytes
 * @param delta whether these are added, or with {@code shrink} taken off
 */
public record ResizeJson(
        @Nullable Long capacity,
        @Nullable Boolean delta,
        @Nullable Boolean shrink,
        @Nullable Boolean allocate) {

    Resize request() {
        if (capacity == null) {
            throw new ProblemException(
                    ProblemCode.INVALID_REQUEST, "the field 'capacity' is absent");
        }
        return new Resize(capacity, isSet(delta), isSet(shrink), isSet(allocate));
    }

    private static boolean isSet(@Nullable Boolean flag) {
        return Boolean.TRUE.equals(flag);
    }
}
