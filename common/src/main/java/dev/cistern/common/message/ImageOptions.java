package dev.cistern.common.message;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
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
 * @param subformat of vmdk, for example monolithicSparse
 * @param adapterType of vmdk: the disk controller that it is for
 * @param hardwareVersion of vmdk: of the virtual machines that it is for
 * @param encryption of qcow2: how its content is encrypted; null if it is not
 */
public record ImageOptions(
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
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable ImageEncryption encryption) {
    /** An image as usual. */
    public static final ImageOptions USUAL =
            new ImageOptions(null, null, null, null, null, null, null);

    /** A raw or a qcow2 image. */
    public ImageOptions(
            @Nullable String preallocation,
            @Nullable String compat,
            @Nullable Integer clusterSize,
            @Nullable Boolean extendedL2,
            @Nullable Boolean lazyRefcounts,
            @Nullable String compressionType,
            @Nullable Integer refcountBits) {
        this(
                preallocation,
                compat,
                clusterSize,
                extendedL2,
                lazyRefcounts,
                compressionType,
                refcountBits,
                null,
                null,
                null,
                null);
    }

    /** A vmdk image. */
    public static ImageOptions vmdk(
            @Nullable String subformat,
            @Nullable String adapterType,
            @Nullable String hardwareVersion) {
        return new ImageOptions(
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                subformat,
                adapterType,
                hardwareVersion,
                null);
    }

    /** Whether making the image takes its space at once, which takes its time. */
    @JsonIgnore
    public boolean takesSpace() {
        return "falloc".equals(preallocation) || "full".equals(preallocation);
    }

    /** Whether anything is asked for that only qcow2 images have. */
    @JsonIgnore
    public boolean isQcow2() {
        return compat != null
                || clusterSize != null
                || extendedL2 != null
                || lazyRefcounts != null
                || compressionType != null
                || refcountBits != null
                || encryption != null;
    }

    /** The same, encrypted so. */
    public ImageOptions encrypted(@Nullable ImageEncryption other) {
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
                other);
    }
}
