package dev.cistern.cli.volume;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cistern.cli.text.ByteSize;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a new image is to be like beyond its format, in {@code qemu-img create}'s words. */
final class ImageFlags {
    @Option(
            names = "--preallocation",
            paramLabel = "MODE",
            description =
                    "off, metadata (qcow2), falloc or full (raw, qcow2, flat vmdk; default: off)")
    private @Nullable String preallocation;

    @Option(
            names = "--prealloc-metadata",
            description = "the same as --preallocation metadata, as in virsh")
    private boolean metadata;

    @Option(names = "--compat", paramLabel = "VERSION", description = "qcow2: 0.10 or 1.1")
    private @Nullable String compat;

    @Option(names = "--cluster-size", paramLabel = "SIZE", description = "qcow2: 512 to 2M")
    private @Nullable ByteSize clusterSize;

    @Option(names = "--extended-l2", description = "qcow2: clusters with subclusters")
    private boolean extendedL2;

    @Option(names = "--lazy-refcounts", description = "qcow2: refcounts may be written late")
    private boolean lazyRefcounts;

    @Option(names = "--compression-type", paramLabel = "TYPE", description = "qcow2: zlib or zstd")
    private @Nullable String compressionType;

    @Option(names = "--refcount-bits", paramLabel = "BITS", description = "qcow2: 1 to 64")
    private @Nullable Integer refcountBits;

    @Option(
            names = "--subformat",
            paramLabel = "NAME",
            description =
                    "vmdk: monolithicSparse, monolithicFlat, twoGbMaxExtentSparse, twoGbMaxExtentFlat, or of clones streamOptimized")
    private @Nullable String subformat;

    @Option(
            names = "--adapter-type",
            paramLabel = "TYPE",
            description = "vmdk: ide, lsilogic, buslogic or legacyESX")
    private @Nullable String adapterType;

    @Option(names = "--hwversion", paramLabel = "N", description = "vmdk: hardware version")
    private @Nullable String hardwareVersion;

    @Option(
            names = "--encryption-secret",
            paramLabel = "NAME",
            description =
                    "qcow2: encrypt with LUKS; the passphrase is in the workers' file of this name")
    private @Nullable String secret;

    /** Adds what was given to the request. */
    void addTo(ObjectNode body) {
        if (preallocation != null || metadata) {
            body.put("preallocation", preallocation == null ? "metadata" : preallocation);
        }
        if (compat != null) {
            body.put("compat", compat);
        }
        if (clusterSize != null) {
            body.put("clusterSize", clusterSize.bytes());
        }
        if (extendedL2) {
            body.put("extendedL2", true);
        }
        if (lazyRefcounts) {
            body.put("lazyRefcounts", true);
        }
        if (compressionType != null) {
            body.put("compressionType", compressionType);
        }
        if (subformat != null) {
            body.put("subformat", subformat);
        }
        if (adapterType != null) {
            body.put("adapterType", adapterType);
        }
        if (hardwareVersion != null) {
            body.put("hardwareVersion", hardwareVersion);
        }
        if (refcountBits != null) {
            body.put("refcountBits", refcountBits);
        }
        if (secret != null) {
            body.putObject("encryption").put("format", "luks").put("secret", secret);
        }
    }
}
