package dev.cistern.volume;

import dev.cistern.common.message.ImageEncryption;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What images can be like, by format; qcow2 by its specification (QEMU, docs/interop/qcow2). */
final class CreationRules {
    private static final Set<String> RAW_MODES = Set.of("off", "falloc", "full");
    private static final Set<String> QCOW2_MODES = Set.of("off", "metadata", "falloc", "full");
    private static final Set<String> ADAPTERS = Set.of("ide", "lsilogic", "buslogic", "legacyESX");
    private static final Set<String> FLAT = Set.of("monolithicFlat", "twoGbMaxExtentFlat");
    private static final Set<String> SUBFORMATS =
            Set.of(
                    "monolithicSparse",
                    "monolithicFlat",
                    "twoGbMaxExtentSparse",
                    "twoGbMaxExtentFlat",
                    "streamOptimized");

    /** A descriptor names no more than 4096 files of 2 GiB. */
    private static final long MAX_SPLIT = 4096L * (2L << 30);

    private static final Pattern SECRET = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");
    private static final int MIN_CLUSTER = 512;
    private static final int MAX_CLUSTER = 2 << 20;
    private static final int USUAL_CLUSTER = 64 << 10;
    private static final int MIN_EXTENDED_CLUSTER = 16 << 10;
    private static final int USUAL_REFCOUNT_BITS = 16;

    /** QEMU's limit of 32 MiB for an L1 table, in entries. */
    private static final long MAX_L1_ENTRIES = (32L << 20) / Long.BYTES;

    private CreationRules() {}

    /**
     * Refuses what a new, empty image of the format cannot be.
     *
     * @throws ProblemException with the option and its rule
     */
    static void requireEmpty(String format, long capacity, ImageOptions options) {
        requireFilled(format, capacity, options);
        if ("streamOptimized".equals(options.subformat())) {
            throw new ProblemException(
                    ProblemCode.UNSUPPORTED,
                    "vmdk images of subformat 'streamOptimized' are written once: make one as the clone of a volume");
        }
    }

    /** The same for one that is made with content. */
    static void requireFilled(String format, long capacity, ImageOptions options) {
        if (format.equals("vmdk")) {
            requireVmdk(capacity, options);
        } else if (format.equals("raw")) {
            requireOneOf("preallocation", options.preallocation(), RAW_MODES, "raw images");
            requireNone(options);
        } else {
            requireNoVmdk(options);
            requireOneOf("preallocation", options.preallocation(), QCOW2_MODES, "qcow2 images");
            requireOneOf("compat", options.compat(), Set.of("0.10", "1.1"), "qcow2 images");
            requireOneOf(
                    "compressionType",
                    options.compressionType(),
                    Set.of("zlib", "zstd"),
                    "qcow2 images");
            requireQcow2(options);
            requireFits(capacity, options);
            requireEncryption(options);
        }
    }

    private static void requireVmdk(long capacity, ImageOptions options) {
        if (options.isQcow2()) {
            throw refused(
                    "vmdk images have no options but subformat, adapterType, hardwareVersion and, if they are flat, preallocation");
        }
        requireOneOf("adapterType", options.adapterType(), ADAPTERS, "vmdk images");
        var hardware = options.hardwareVersion();
        if (hardware != null && !hardware.matches("[1-9]\\d?")) {
            throw refused("hardwareVersion is '%s'; it is a number up to 99".formatted(hardware));
        }
        var subformat = options.subformat();
        if (subformat != null && !SUBFORMATS.contains(subformat)) {
            throw new ProblemException(
                    ProblemCode.UNSUPPORTED,
                    "vmdk images of subformat '%s' cannot be made; %s can"
                            .formatted(subformat, String.join(", ", new TreeSet<>(SUBFORMATS))));
        }
        requireOneOf(
                "preallocation",
                options.preallocation(),
                subformat != null && FLAT.contains(subformat) ? RAW_MODES : Set.of("off"),
                subformat == null ? "sparse vmdk images" : subformat + " images");
        if (subformat != null && subformat.startsWith("twoGb") && capacity > MAX_SPLIT) {
            throw refused(
                    "%s images have no more than %d bytes, each file 2 GiB: take another subformat"
                            .formatted(subformat, MAX_SPLIT));
        }
    }

    private static void requireNoVmdk(ImageOptions options) {
        if (options.subformat() != null
                || options.adapterType() != null
                || options.hardwareVersion() != null) {
            throw refused("subformat, adapterType and hardwareVersion are options of vmdk images");
        }
    }

    private static void requireOneOf(
            String option, @Nullable String value, Set<String> known, String what) {
        if (value != null && !known.contains(value)) {
            throw refused(
                    "%s is '%s'; %s have one of %s"
                            .formatted(
                                    option, value, what, String.join(", ", new TreeSet<>(known))));
        }
    }

    private static void requireNone(ImageOptions options) {
        var preallocated =
                new ImageOptions(options.preallocation(), null, null, null, null, null, null);
        if (!options.equals(preallocated)) {
            throw refused("raw images have no option but preallocation");
        }
    }

    private static void requireQcow2(ImageOptions options) {
        var cluster = clusterSize(options);
        require(
                Integer.bitCount(cluster) == 1 && cluster >= MIN_CLUSTER && cluster <= MAX_CLUSTER,
                "clusterSize is %d; it is a power of two from 512 to 2097152",
                cluster);
        var bits = options.refcountBits() == null ? USUAL_REFCOUNT_BITS : options.refcountBits();
        require(
                Integer.bitCount(bits) == 1 && bits > 0 && bits <= Long.SIZE,
                "refcountBits is %d; it is a power of two up to 64",
                bits);
        var old = "0.10".equals(options.compat());
        require(
                !old || bits == USUAL_REFCOUNT_BITS,
                "refcountBits is %d; with compat 0.10 it is 16",
                bits);
        if (old
                && (isSet(options.extendedL2())
                        || isSet(options.lazyRefcounts())
                        || "zstd".equals(options.compressionType()))) {
            throw refused("extendedL2, lazyRefcounts and zstd need compat 1.1");
        }
        require(
                !isSet(options.extendedL2()) || cluster >= MIN_EXTENDED_CLUSTER,
                "clusterSize is %d; with extendedL2 it is at least 16384",
                cluster);
    }

    /** Each entry of the L1 table stands for a cluster full of L2 entries. */
    private static void requireFits(long capacity, ImageOptions options) {
        var cluster = (long) clusterSize(options);
        var entryBytes = isSet(options.extendedL2()) ? 2 * Long.BYTES : Long.BYTES;
        var perEntry = cluster / entryBytes * cluster;
        if (Math.ceilDiv(capacity, perEntry) > MAX_L1_ENTRIES) {
            throw refused(
                    "qcow2 images with clusters of %d bytes hold no more than %d bytes: ask for larger clusters"
                            .formatted(cluster, MAX_L1_ENTRIES * perEntry));
        }
    }

    private static void requireEncryption(ImageOptions options) {
        var encryption = options.encryption();
        if (encryption == null) {
            return;
        }
        if (!ImageEncryption.LUKS.equals(encryption.format())) {
            throw refused(
                    "encryption has the format '%s'; images are encrypted as luks"
                            .formatted(encryption.format()));
        }
        if (encryption.secret() == null) {
            throw refused(
                    "encryption names no secret, the file with the passphrase that workers have");
        }
        requireSecret(encryption.secret());
        if ("0.10".equals(options.compat()) && !isOff(options.preallocation())) {
            throw refused("encrypted images of compat 0.10 have no preallocation");
        }
    }

    /**
     * Refuses what cannot be the name of a secret.
     *
     * @throws ProblemException with the rule
     */
    static void requireSecret(String secret) {
        if (!SECRET.matcher(secret).matches()) {
            throw refused(
                    "encryption has the secret '%s'; it has letters, digits, dots, dashes and underscores, at most 128, and begins with a letter or a digit"
                            .formatted(secret));
        }
    }

    private static boolean isOff(@Nullable String preallocation) {
        return preallocation == null || preallocation.equals("off");
    }

    private static int clusterSize(ImageOptions options) {
        var size = options.clusterSize();
        return size == null ? USUAL_CLUSTER : size;
    }

    private static boolean isSet(@Nullable Boolean flag) {
        return Boolean.TRUE.equals(flag);
    }

    private static void require(boolean holds, String message, int found) {
        if (!holds) {
            throw new ProblemException(
                    ProblemCode.INVALID_REQUEST,
                    message.formatted(found),
                    Map.of("requested", found));
        }
    }

    private static ProblemException refused(String detail) {
        return new ProblemException(ProblemCode.INVALID_REQUEST, detail);
    }
}
