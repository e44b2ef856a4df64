package dev.cistern.image.qcow2;

import dev.cistern.image.ImageException;
import dev.cistern.image.qcow2.format.ClusterGeometry;
import dev.cistern.image.qcow2.format.RefcountBlock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;

/**
 * How many references each host cluster has. A count in memory is never lower than what the tables
 * on disk need, so counts may be written at any time; what lost its last reference is counted down
 * only once that is durable ({@link FreedClusters}).
 *
 * <p>Guarded by the map lock.
 */
final class Refcounts {
    private final ImageFile file;
    private final ClusterGeometry geometry;
    private final TableCache cache;
    private final BitSet newBlocks = new BitSet();
    private long tableHost;
    private long[] table;

    private Refcounts(ImageFile file, TableCache cache, long tableHost, long[] table) {
        this.file = file;
        this.geometry = file.geometry();
        this.cache = cache;
        this.tableHost = tableHost;
        this.table = table;
    }

    static Refcounts load(ImageFile file, TableCache cache, long tableHost, int tableClusters)
            throws IOException {
        var entries =
                tableClusters * (file.geometry().clusterSize() / ClusterGeometry.TABLE_ENTRY_BYTES);
        return new Refcounts(file, cache, tableHost, L1Table.read(file, tableHost, entries));
    }

    long tableHost() {
        return tableHost;
    }

    long tableBytes() {
        return (long) table.length * ClusterGeometry.TABLE_ENTRY_BYTES;
    }

    /** How many references a host cluster has. */
    long get(long cluster) throws IOException {
        var block = blockOf(cluster);
        if (block == 0) {
            return 0;
        }
        var slot = cache.slot(block + byteInBlock(cluster));
        return RefcountBlock.get(
                cache.chunk(slot),
                cache.base(slot),
                indexInSlice(cluster, block, slot),
                geometry.refcountOrder());
    }

    /** Sets a count whose block is there. */
    void set(long cluster, long count) throws IOException {
        var block = blockOf(cluster);
        if (block == 0) {
            throw new ImageException.Corrupt(
                    "%s: the cluster at 0x%x is in use but has no refcount block"
                            .formatted(file.name(), cluster << geometry.clusterBits()));
        }
        var slot = cache.slot(block + byteInBlock(cluster));
        RefcountBlock.set(
                cache.chunk(slot),
                cache.base(slot),
                indexInSlice(cluster, block, slot),
                geometry.refcountOrder(),
                count);
        cache.markDirty(slot);
    }

    /**
     * One reference more.
     *
     * @throws ImageException.OutOfRange if the image's refcounts are too small for it
     */
    void add(long cluster) throws IOException {
        requireRoom(cluster, 1);
        set(cluster, get(cluster) + 1);
    }

    /** Refuses more references than can be counted. */
    void requireRoom(long cluster, long more) throws IOException {
        var count = get(cluster);
        if (count > geometry.maxRefcount() - more) {
            throw new ImageException.OutOfRange(
                    "%s: the cluster at 0x%x has %d references, and refcounts of %d bits cannot count %d more"
                            .formatted(
                                    file.name(),
                                    cluster << geometry.clusterBits(),
                                    count,
                                    1 << geometry.refcountOrder(),
                                    more));
        }
    }

    /**
     * One reference less.
     *
     * @return how many are left
     */
    long drop(long cluster) throws IOException {
        var count = get(cluster);
        if (count <= 0) {
            throw new ImageException.Corrupt(
                    "%s: the cluster at 0x%x loses a reference, but its refcount is 0"
                            .formatted(file.name(), cluster << geometry.clusterBits()));
        }
        set(cluster, count - 1);
        return count - 1;
    }

    /** Where all blocks are that the table names. */
    long[] blocks() throws ImageException.Corrupt {
        for (var index = 0; index < table.length; index++) {
            requireAtCluster(table[index], index);
        }
        return Arrays.stream(table).filter(block -> block != 0).toArray();
    }

    boolean hasBlock(long cluster) throws ImageException.Corrupt {
        return blockOf(cluster) != 0;
    }

    /** Whether a host cluster holds the table or one of its blocks. */
    boolean isOwn(long cluster) throws ImageException.Corrupt {
        var host = cluster << geometry.clusterBits();
        return blockOf(cluster) == host || (host >= tableHost && host < tableHost + tableBytes());
    }

    private long blockOf(long cluster) throws ImageException.Corrupt {
        var index = geometry.blockIndex(cluster);
        if (index >= table.length) {
            return 0;
        }
        var block = table[(int) index];
        requireAtCluster(block, index);
        return block;
    }

    private void requireAtCluster(long block, long index) throws ImageException.Corrupt {
        if (geometry.inCluster(block) != 0 || block < 0) {
            throw new ImageException.Corrupt(
                    "%s: refcount table entry %d names a block at 0x%x, which is not at a multiple of 0x%x"
                            .formatted(file.name(), index, block, geometry.clusterSize()));
        }
    }

    private long byteInBlock(long cluster) {
        var index = cluster & (geometry.blockEntries() - 1);
        return index << geometry.refcountOrder() >>> 3;
    }

    private int indexInSlice(long cluster, long block, int slot) {
        var first = (cache.host(slot) - block) << 3 >>> geometry.refcountOrder();
        return (int) ((cluster & (geometry.blockEntries() - 1)) - first);
    }

    /**
     * Makes the block that counts a free cluster, in that very cluster. Where the table is too
     * short for it, a longer one is made first, and the cluster may be taken by that.
     *
     * @param freed takes the clusters of the table that a longer one replaces
     */
    void addBlock(long cluster, FreedClusters freed) throws IOException {
        var index = geometry.blockIndex(cluster);
        if (index >= table.length) {
            grow(index, index + 1, freed);
            return;
        }
        var host = cluster << geometry.clusterBits();
        var block = ByteBuffer.allocate(geometry.clusterSize());
        RefcountBlock.set(
                block,
                0,
                (int) (cluster & (geometry.blockEntries() - 1)),
                geometry.refcountOrder(),
                1);
        cache.forget(host, geometry.clusterSize());
        file.write(block, host);
        table[(int) index] = host;
        newBlocks.set((int) index);
    }

    private void grow(long index, long least, FreedClusters freed) throws IOException {
        var grown = RefcountTableGrowth.grow(file, table, index, least);
        var oldFirst = geometry.cluster(tableHost);
        var oldCount = geometry.clusters(tableBytes());
        tableHost = grown.host();
        table = grown.entries();
        newBlocks.clear();
        freed.drop(oldFirst, oldCount, this);
    }

    /**
     * Makes blocks for clusters next to each other, behind all that is counted so far. The blocks
     * lie before those clusters and are counted already.
     *
     * @return the first of the clusters
     */
    long countBehind(long count, FreedClusters freed) throws IOException {
        var blocks = Math.ceilDiv(count, geometry.blockEntries() - 1L);
        if (firstWithoutBlock() + blocks > table.length) {
            grow(table.length, table.length + 1 + blocks, freed);
        }
        var index = firstWithoutBlock();
        var first = index * geometry.blockEntries();
        for (var block = 0; block < blocks; block++) {
            var host = (first + block) << geometry.clusterBits();
            cache.forget(host, geometry.clusterSize());
            file.write(ByteBuffer.allocate(geometry.clusterSize()), host);
            table[(int) index + block] = host;
            newBlocks.set((int) index + block);
        }
        for (var block = 0; block < blocks; block++) {
            set(first + block, 1);
        }
        return first + blocks;
    }

    /** The place in the table behind all blocks. */
    private long firstWithoutBlock() {
        var index = table.length;
        while (index > 0 && table[index - 1] == 0) {
            index--;
        }
        return index;
    }

    /** Writes what has changed. It is durable after the next barrier. */
    void write() throws IOException {
        cache.writeDirty();
        if (newBlocks.isEmpty()) {
            return;
        }
        file.await(Barrier.BLOCKS_BEFORE_REFCOUNT_TABLE);
        for (var index = newBlocks.nextSetBit(0);
                index >= 0;
                index = newBlocks.nextSetBit(index + 1)) {
            file.write(
                    L1Table.encode(Arrays.copyOfRange(table, index, index + 1)),
                    tableHost + (long) index * ClusterGeometry.TABLE_ENTRY_BYTES);
        }
        newBlocks.clear();
    }

    boolean isDirty() {
        return cache.isDirty() || !newBlocks.isEmpty();
    }

    boolean crowded() {
        return cache.crowded();
    }
}
