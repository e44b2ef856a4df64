package dev.cistern.image.qcow2;

import dev.cistern.image.ImageException;
import dev.cistern.image.qcow2.format.ClusterGeometry;
import dev.cistern.image.qcow2.format.Feature;
import dev.cistern.image.qcow2.format.Header;
import dev.cistern.image.qcow2.format.HeaderExtension;
import dev.cistern.image.qcow2.format.RefcountBlock;
import dev.cistern.image.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Lays out an empty qcow2 image as {@code qemu-img create} does.
 *
 * <pre>
 *   header, extensions, name of the backing file     one cluster
 *   refcount table
 *   refcount blocks, which count all of this
 *   L1 table, all entries 0: nothing is allocated
 * </pre>
 */
public final class Qcow2Creator {
    private static final int ENTRY_BYTES = ClusterGeometry.TABLE_ENTRY_BYTES;

    private final Qcow2Options options;
    private final long capacity;
    private final ClusterGeometry geometry;
    private final long l1Entries;
    private final long l1Clusters;
    private final long blocks;
    private final long tableClusters;

    private Qcow2Creator(long capacity, Qcow2Options options) {
        this.options = options;
        this.capacity = capacity;
        this.geometry =
                new ClusterGeometry(
                        Integer.numberOfTrailingZeros(options.clusterSize()),
                        Integer.numberOfTrailingZeros(options.refcountBits()),
                        options.extendedL2(),
                        options.version() >= 3);
        this.l1Entries = geometry.l1Entries(capacity);
        this.l1Clusters = geometry.clusters(l1Entries * ENTRY_BYTES);
        var blocksSoFar = 1L;
        while (blocksFor(blocksSoFar) > blocksSoFar) {
            blocksSoFar = blocksFor(blocksSoFar);
        }
        this.blocks = blocksSoFar;
        this.tableClusters = geometry.clusters(blocks * ENTRY_BYTES);
    }

    private long blocksFor(long count) {
        return Math.ceilDiv(
                1 + geometry.clusters(count * ENTRY_BYTES) + count + l1Clusters,
                (long) geometry.blockEntries());
    }

    /** Writes an image as usual; the caller syncs. */
    public static void create(long capacity, Storage storage) throws IOException {
        create(capacity, Qcow2Options.DEFAULT, storage);
    }

    /**
     * Writes the image; the caller syncs.
     *
     * @param capacity bytes that a guest sees
     * @throws ImageException.OutOfRange if the L1 table would be longer than QEMU accepts
     */
    public static void create(long capacity, Qcow2Options options, Storage storage)
            throws IOException {
        new Qcow2Creator(capacity, options).write(storage);
    }

    private void write(Storage storage) throws IOException {
        var mostEntries = Header.MAX_L1_BYTES / ENTRY_BYTES;
        if (l1Entries > mostEntries) {
            throw new ImageException.OutOfRange(
                    "%s: %d bytes are more than a qcow2 image of %d-byte clusters holds, which is %d"
                            .formatted(
                                    storage.name(),
                                    capacity,
                                    options.clusterSize(),
                                    mostEntries * geometry.l2Coverage()));
        }
        storage.writeFully(firstClusters(storage.name()), 0);
        storage.truncate((1 + tableClusters + blocks + l1Clusters) << geometry.clusterBits());
    }

    /** All but the L1 table. */
    private ByteBuffer firstClusters(String name) throws ImageException.OutOfRange {
        var bytes =
                ByteBuffer.allocate(
                        Math.toIntExact((1 + tableClusters + blocks) << geometry.clusterBits()));
        writeHeader(bytes.slice(0, options.clusterSize()), name);
        for (var block = 0; block < blocks; block++) {
            bytes.putLong(
                    options.clusterSize() + block * ENTRY_BYTES,
                    (1 + tableClusters + block) << geometry.clusterBits());
        }
        var firstBlock = (int) ((1 + tableClusters) << geometry.clusterBits());
        for (var cluster = 0; cluster < 1 + tableClusters + blocks + l1Clusters; cluster++) {
            RefcountBlock.set(bytes, firstBlock, cluster, geometry.refcountOrder(), 1);
        }
        return bytes;
    }

    private void writeHeader(ByteBuffer cluster, String name) throws ImageException.OutOfRange {
        var backing =
                options.backing()
                        .map(below -> below.file().getBytes(StandardCharsets.UTF_8))
                        .orElse(new byte[0]);
        var format = options.backing().map(Qcow2Options.Backing::format);
        var length = options.version() == 2 ? Header.V2_LENGTH : Header.V3_LENGTH;
        cluster.position(length);
        var needed = length + 64 + backing.length + format.map(String::length).orElse(0);
        if (backing.length > Header.MAX_BACKING_NAME || needed > cluster.limit()) {
            throw new ImageException.OutOfRange(
                    "%s: the backing file's name of %d bytes is too long for the header"
                            .formatted(name, backing.length));
        }
        format.ifPresent(
                text -> HeaderExtension.encode(cluster, HeaderExtension.BACKING_FORMAT, text));
        var names = Feature.KNOWN.size() * Feature.ENTRY_BYTES + 2 * HeaderExtension.HEAD_BYTES;
        if (options.version() >= 3 && cluster.remaining() >= names + backing.length) {
            HeaderExtension.encodeFeatureNames(cluster);
        }
        cluster.putInt(HeaderExtension.END).putInt(0);
        var backingOffset = backing.length == 0 ? 0 : cluster.position();
        cluster.put(backing);
        cluster.put(0, header(backingOffset, backing.length).encode(), 0, length);
    }

    private Header header(int backingOffset, int backingLength) {
        var incompatible =
                (options.extendedL2() ? Header.INCOMPATIBLE_EXTENDED_L2 : 0)
                        | (options.zstd() ? Header.INCOMPATIBLE_COMPRESSION : 0);
        return new Header(
                options.version(),
                backingOffset,
                backingLength,
                geometry.clusterBits(),
                capacity,
                0,
                (int) l1Entries,
                (1 + tableClusters + blocks) << geometry.clusterBits(),
                options.clusterSize(),
                (int) tableClusters,
                0,
                0,
                incompatible,
                options.lazyRefcounts() ? Header.COMPATIBLE_LAZY_REFCOUNTS : 0,
                0,
                geometry.refcountOrder(),
                options.version() == 2 ? Header.V2_LENGTH : Header.V3_LENGTH,
                options.zstd() ? 1 : 0);
    }
}
