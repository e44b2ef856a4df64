package dev.cistern.volume;

import dev.cistern.common.message.CloneStrategy;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A request of which a user wants to know what it would come to.
 *
 * @param pool that the volume, or another one, would go to; null for its own
 * @param name that it, or another one, would have
 * @param strategy of a clone
 * @param capacity bytes that it, or a clone, would have; null for its own
 * @param shrink whether it may become smaller
 * @param format that it, or a clone, would have; null for its own
 * @param snapshot of which a clone would be, null for what it is now; or that would be deleted,
 *     null for the volume
 */
public record Preflight(
        Verb verb,
        @Nullable String pool,
        @Nullable String name,
        CloneStrategy strategy,
        @Nullable Long capacity,
        boolean shrink,
        @Nullable String format,
        @Nullable String snapshot) {

    /** What would be asked for. */
    public enum Verb {
        CLONE,
        CONVERT,
        MOVE,
        RENAME,
        FLATTEN,
        COMMIT,
        COMPACT,
        WIPE,
        RESIZE,
        DELETE;

        /**
         * Reads a verb as the API writes it.
         *
         * @throws ProblemException if it is none
         */
        public static Verb of(String text) {
            return Arrays.stream(values())
                    .filter(verb -> verb.name().toLowerCase(Locale.ROOT).equals(text))
                    .findFirst()
                    .orElseThrow(
                            () ->
                                    refused(
                                            "'%s' is not a verb; clone, convert, move, rename, flatten, commit, compact, wipe, resize and delete are"
                                                    .formatted(text)));
        }
    }

    private static ProblemException refused(String detail) {
        return new ProblemException(ProblemCode.INVALID_REQUEST, detail);
    }

    /** The clone that would be asked for. */
    public CloneRequest cloning() {
        return new CloneRequest(
                pool,
                requiredName(),
                strategy,
                snapshot,
                new CloneRequest.Shape(format, capacity, ImageOptions.USUAL, null));
    }

    /** The conversion that would be asked for. */
    public ConvertRequest conversion() {
        return new ConvertRequest(format, ImageOptions.USUAL);
    }

    /** The deletion that would be asked for. */
    public Deletion deletion() {
        return new Deletion(true, Optional.empty());
    }

    /** The resize that would be asked for. */
    public Resize resize() {
        if (capacity == null) {
            throw refused("the field 'capacity' is absent");
        }
        return new Resize(capacity, false, shrink, false);
    }

    /** The pool, where there has to be one. */
    public String requiredPool() {
        if (pool == null) {
            throw refused("the field 'pool' is absent");
        }
        return pool;
    }

    /** The name, where there has to be one. */
    public String requiredName() {
        if (name == null) {
            throw refused("the field 'name' is absent");
        }
        return name;
    }
}
