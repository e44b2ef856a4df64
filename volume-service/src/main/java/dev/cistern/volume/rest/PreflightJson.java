package dev.cistern.volume.rest;

import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.volume.Preflight;
import org.jspecify.annotations.Nullable;

/** A question what a request would come to, as JSON. */
public record PreflightJson(
        @Nullable String verb,
        @Nullable String pool,
        @Nullable String name,
        @Nullable String strategy,
        @Nullable Long capacity,
        @Nullable Boolean shrink,
        @Nullable String format,
        @Nullable String snapshot) {

    Preflight asked() {
        if (verb == null) {
            throw new ProblemException(ProblemCode.INVALID_REQUEST, "the field 'verb' is absent");
        }
        return new Preflight(
                Preflight.Verb.of(verb),
                pool,
                name,
                CloneJson.strategy(strategy),
                capacity,
                Boolean.TRUE.equals(shrink),
                format,
                snapshot);
    }
}
