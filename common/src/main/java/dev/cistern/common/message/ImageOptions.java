package dev.cistern.common.message;

import com.fasterxml.jackson.annotation.JsonIgnore;
import org.jspecify.annotations.Nullable;

/**
 * What an image is to be like beyond its format, in {@code qemu-img create}'s words; what is null
 * is as usual for the format.
 *
 * @param preallocation off, metadata, falloc or full
 * @param compat version of qcow2: 0.10 or 1.1
 * @param clusterSize of qcow2, bytes
 * @param extendedL2 whether clusters of qcow2 have subclusters
 * @param lazyRefcounts whether writers of a qcow2 image may write refcounts late
 * @param compressionType of qcow2's compressed clusters: zlib or zstd
 * @param refcountBits of qcow2
 */
public record ImageOptions(
        @Nullable String preallocation,
        @Nullable String compat,
        @Nullable Integer clusterSize,
        @Nullable Boolean extendedL2,
        @Nullable Boolean lazyRefcounts,
        @Nullable String compressionType,
        @Nullable Integer refcountBits) {
    /** An image as usual. */
    public static final ImageOptions USUAL =
            new ImageOptions(null, null, null, null, null, null, null);

    /** Whether making the image takes its space at once, which takes its time. */
    @JsonIgnore
    public boolean takesSpace() {
        return "falloc".equals(preallocation) || "full".equals(preallocation);
    }
}
