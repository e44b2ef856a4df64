package dev.cistern.image.qcow2;

import dev.cistern.image.ImageException;
import dev.cistern.image.qcow2.format.ClusterGeometry;
import dev.cistern.image.qcow2.format.Header;
import dev.cistern.image.qcow2.format.RefcountBlock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Replaces a refcount table that is full by a longer one, which lies where the old one could not
 * count, together with the blocks that count it.
 *
 * <pre>
 *   first cluster that the old table cannot count
 *   | block | … | block | table | … | table |
 * </pre>
 */
final class RefcountTableGrowth {
    private RefcountTableGrowth() {}

    /** The table that the header names now. */
    static final class Grown {
        private final long host;
        private final long[] entries;

        private Grown(long host, long[] entries) {
            this.host = host;
            this.entries = entries;
        }

        long host() {
            return host;
        }

        long[] entries() {
            return entries;
        }
    }

    /**
     * Writes the new table and makes the header name it, durably.
     *
     * @param table the old one, with entries that may not be on disk yet though their blocks are
     *     written
     * @param index of the first block that the old one has no room for and that is wanted
     * @param least entries that the new one must have, besides those for its own blocks
     */
    static Grown grow(ImageFile file, long[] table, long index, long least) throws IOException {
        var geometry = file.geometry();
        var perCluster = geometry.clusterSize() / ClusterGeometry.TABLE_ENTRY_BYTES;
        var first = index * geometry.blockEntries();
        var blocks = 1L;
        var tableClusters = 0L;
        for (var settled = false; !settled; ) {
            var entries = Math.max(least + blocks, table.length * 3L / 2);
            tableClusters = Math.ceilDiv(entries, perCluster);
            var needed = Math.ceilDiv(blocks + tableClusters, geometry.blockEntries());
            settled = needed <= blocks;
            blocks = Math.max(blocks, needed);
        }
        requireAllowed(file, tableClusters);
        var host = (first + blocks) << geometry.clusterBits();
        var entries = Arrays.copyOf(table, (int) (tableClusters * perCluster));
        for (var block = 0; block < blocks; block++) {
            entries[(int) index + block] = (first + block) << geometry.clusterBits();
        }
        file.write(
                counts(geometry, blocks, blocks + tableClusters), first << geometry.clusterBits());
        file.write(L1Table.encode(entries), host);
        file.await(Barrier.TABLE_BEFORE_HEADER);
        file.write(
                ByteBuffer.allocate(12).putLong(host).putInt((int) tableClusters).flip(),
                Header.REFCOUNT_TABLE_AT);
        file.await(Barrier.HEADER_BEFORE_FREEING);
        return new Grown(host, entries);
    }

    private static void requireAllowed(ImageFile file, long tableClusters)
            throws ImageException.OutOfRange {
        var bytes = tableClusters << file.geometry().clusterBits();
        if (bytes > Header.MAX_REFCOUNT_TABLE_BYTES) {
            throw new ImageException.OutOfRange(
                    "%s: cannot grow further: its refcount table would have %d bytes, where %d are allowed"
                            .formatted(file.name(), bytes, Header.MAX_REFCOUNT_TABLE_BYTES));
        }
    }

    private static ByteBuffer counts(ClusterGeometry geometry, long blocks, long used) {
        var bytes = ByteBuffer.allocate(Math.toIntExact(blocks << geometry.clusterBits()));
        for (var cluster = 0; cluster < used; cluster++) {
            RefcountBlock.set(bytes, 0, cluster, geometry.refcountOrder(), 1);
        }
        return bytes;
    }
}
