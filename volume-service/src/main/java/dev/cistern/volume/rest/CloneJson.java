package dev.cistern.volume.rest;

import dev.cistern.common.message.CloneStrategy;
import dev.cistern.common.message.ImageEncryption;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.volume.CloneRequest;
import org.jspecify.annotations.Nullable;

/**
 * A request for a clone as JSON.
 *
 * @param pool of the clone; that of the source if absent
 * @param strategy best if absent
 * @param snapshot id or name, whose content is cloned; that of the source as it is if absent
 * @param format that of the source if absent
 * @param capacity bytes, if the source has not more
 * @param preallocation and what follows: as in {@link ImageOptions}
 */
public record CloneJson(
        @Nullable String name,
        @Nullable String pool,
        @Nullable String strategy,
        @Nullable String snapshot,
        @Nullable String format,
        @Nullable Long capacity,
        @Nullable String preallocation,
        @Nullable String compat,
        @Nullable Integer clusterSize,
        @Nullable Boolean extendedL2,
        @Nullable Boolean lazyRefcounts,
        @Nullable String compressionType,
        @Nullable Integer refcountBits,
        @Nullable String subformat,
        @Nullable String adapterType,
        @Nullable String hardwareVersion,
        @Nullable ImageEncryption encryption) {

    CloneRequest request() {
        if (name == null) {
            throw new ProblemException(ProblemCode.INVALID_REQUEST, "the field 'name' is absent");
        }
        return new CloneRequest(
                pool,
                name,
                strategy(strategy),
                snapshot,
                new CloneRequest.Shape(format, capacity, options(), null));
    }

    /** A strategy by its word. */
    static CloneStrategy strategy(@Nullable String text) {
        return text == null ? CloneStrategy.BEST : CloneStrategy.of(text);
    }

    private ImageOptions options() {
        return new ImageOptions(
                preallocation,
                compat,
                clusterSize,
                extendedL2,
                lazyRefcounts,
                compressionType,
                refcountBits,
                subformat,
                adapterType,
                hardwareVersion,
                encryption);
    }
}
