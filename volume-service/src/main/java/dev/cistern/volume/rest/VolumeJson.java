package dev.cistern.volume.rest;

import dev.cistern.common.message.ImageEncryption;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.message.Permissions;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.volume.VolumeRequest;
import org.jspecify.annotations.Nullable;

/**
 * A request for a volume as JSON.
 *
 * @param capacity bytes
 * @param mode octal, as in chmod
 * @param backingVolume that it is to be over, by id or as {@code POOL:NAME}; none if absent
 * @param preallocation and what follows: as in {@link ImageOptions}
 */
public record VolumeJson(
        @Nullable String pool,
        @Nullable String name,
        @Nullable String format,
        @Nullable Long capacity,
        @Nullable Integer owner,
        @Nullable Integer group,
        @Nullable String mode,
        @Nullable String backingVolume,
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

    VolumeRequest request() {
        var fallback = Permissions.VOLUME_DEFAULT;
        return new VolumeRequest(
                required("pool", pool),
                required("name", name),
                format == null ? "raw" : format,
                required("capacity", capacity),
                new Permissions(
                        owner == null ? fallback.owner() : owner,
                        group == null ? fallback.group() : group,
                        mode == null ? fallback.mode() : octal(mode)),
                new ImageOptions(
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
                        encryption));
    }

    private static <T> T required(String field, @Nullable T value) {
        if (value == null) {
            throw new ProblemException(
                    ProblemCode.INVALID_REQUEST, "the field '%s' is absent".formatted(field));
        }
        return value;
    }

    private static int octal(String mode) {
        try {
            return Integer.parseInt(mode, 8);
        } catch (NumberFormatException _) {
            throw new ProblemException(
                    ProblemCode.INVALID_REQUEST,
                    "mode is '%s', not octal digits like 0600".formatted(mode));
        }
    }
}
