package dev.cistern.img;

import dev.cistern.image.Preallocation;
import dev.cistern.image.qcow2.Qcow2Options;

/** What a new qcow2 image is to be like, by QEMU's options; refused in QEMU's words. */
final class Qcow2Request {
    private static final long MIN_CLUSTER = 512;
    private static final long MAX_CLUSTER = 2 << 20;
    private static final long MIN_EXTENDED_CLUSTER = 16 * 1024;
    private static final int V2_REFCOUNT_BITS = 16;
    private static final String NEEDS_V3 =
            " only supported with compatibility level 1.1 and above (use version=v3 or greater)";

    private final CreateValues values;

    Qcow2Request(CreateValues values) {
        this.values = values;
    }

    /** The engine's options. */
    Qcow2Options options() throws Failure {
        var version = version();
        var zstd = zstd();
        var mode = preallocation(values);
        requireSound(version, zstd, mode);
        var options =
                Qcow2Options.DEFAULT
                        .withVersion(version)
                        .withClusterSize((int) clusterSize())
                        .withRefcountBits((int) refcountBits())
                        .withPreallocation(mode);
        options = values.flag("extended_l2") ? options.withExtendedL2() : options;
        options = values.flag("lazy_refcounts") ? options.withLazyRefcounts() : options;
        options = zstd ? options.withZstd() : options;
        if (values.given("data_file").isPresent()) {
            options = options.withDataFile(values.get("data_file"), values.flag("data_file_raw"));
        }
        return values.given("backing_file").isPresent()
                ? options.withBacking(values.get("backing_file"), values.get("backing_fmt"))
                : options;
    }

    private int version() throws Failure {
        var level = values.given("compat").orElse("v3");
        return switch (level) {
            case "0.10", "v2" -> 2;
            case "1.1", "v3" -> 3;
            default -> throw notAccepted("version", level);
        };
    }

    private boolean zstd() throws Failure {
        var type = values.get("compression_type");
        return switch (type) {
            case "zlib" -> false;
            case "zstd" -> true;
            default -> throw notAccepted("compression-type", type);
        };
    }

    /** The mode that is asked for. */
    static Preallocation preallocation(CreateValues values) throws Failure {
        var mode = values.given("preallocation").orElse("off");
        return Preallocation.of(mode).orElseThrow(() -> notAccepted("preallocation", mode));
    }

    private static Failure notAccepted(String parameter, String value) {
        return Failure.of("Parameter '%s' does not accept value '%s'".formatted(parameter, value));
    }

    private long clusterSize() {
        return Long.parseUnsignedLong(values.get("cluster_size"));
    }

    private long refcountBits() {
        return Long.parseLong(values.get("refcount_bits"));
    }

    /** In the order in which QEMU looks at them. */
    private void requireSound(int version, boolean zstd, Preallocation mode) throws Failure {
        requireCluster();
        var backing = values.given("backing_file").isPresent();
        var extended = values.flag("extended_l2");
        require(
                !extended || clusterSize() >= MIN_EXTENDED_CLUSTER,
                "Extended L2 entries are only supported with cluster sizes of at least 16384 bytes");
        require(!extended || version > 2, "Extended L2 entries are" + NEEDS_V3);
        require(
                !backing || mode == Preallocation.OFF || extended,
                "Backing file and preallocation can only be used at the same time if extended_l2 is on");
        require(
                backing || values.given("backing_fmt").isEmpty(),
                "Backing format cannot be used without backing file");
        require(!values.flag("lazy_refcounts") || version > 2, "Lazy refcounts" + NEEDS_V3);
        requireRefcounts(version);
        requireData(version, backing);
        require(!zstd || version > 2, "Non-zlib compression type is" + NEEDS_V3);
    }

    private void requireCluster() throws Failure {
        var size = clusterSize();
        require(
                Long.bitCount(size) == 1 && size >= MIN_CLUSTER && size <= MAX_CLUSTER,
                "Cluster size must be a power of two between 512 and 2048k");
    }

    private void requireRefcounts(int version) throws Failure {
        var bits = refcountBits();
        require(
                Long.bitCount(bits) == 1 && bits <= Long.SIZE,
                "Refcount width must be a power of two and may not exceed 64 bits");
        require(
                version > 2 || bits == V2_REFCOUNT_BITS,
                "Different refcount widths than 16 bits require compatibility level 1.1 or above (use version=v3 or greater)");
    }

    private void requireData(int version, boolean backing) throws Failure {
        var raw = values.flag("data_file_raw");
        var data = values.given("data_file").isPresent();
        require(data || !raw, "data-file-raw requires data-file");
        require(
                !(raw && backing),
                "Backing file and data-file-raw cannot be used at the same time");
        require(!data || version > 2, "External data files are" + NEEDS_V3);
    }

    private static void require(boolean holds, String words) throws Failure {
        if (!holds) {
            throw Failure.of(words);
        }
    }
}
