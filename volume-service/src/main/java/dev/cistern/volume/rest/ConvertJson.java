package dev.cistern.volume.rest;

import dev.cistern.common.message.ImageEncryption;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.volume.ConvertRequest;
import org.jspecify.annotations.Nullable;

/**
 * What a volume is to become, as JSON.
 *
 * @param format the one that it has if absent
 * @param preallocation and what follows: as in {@link ImageOptions}
 */
public record ConvertJson(
        @Nullable String format,
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

    ConvertRequest request() {
        return new ConvertRequest(
                format,
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
}
