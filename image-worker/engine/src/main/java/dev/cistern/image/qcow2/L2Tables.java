package dev.cistern.image.qcow2;

import dev.cistern.image.qcow2.format.ClusterGeometry;
import dev.cistern.image.qcow2.format.L1Entry;
import dev.cistern.image.storage.Zeroes;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The L2 tables of the active image, through the cache. Guarded by the map lock. */
final class L2Tables {
    private final ImageFile file;
    private final ClusterGeometry geometry;
    private final L1Table l1;
    private final TableCache cache;
    private final ClusterAllocator allocator;
    private final FreedClusters freed;

    L2Tables(
            ImageFile file,
            L1Table l1,
            TableCache cache,
            ClusterAllocator allocator,
            FreedClusters freed) {
        this.file = file;
        this.geometry = file.geometry();
        this.l1 = l1;
        this.cache = cache;
        this.allocator = allocator;
        this.freed = freed;
    }

    /** The table for a guest offset, 0 if there is none. */
    long table(long guest) throws IOException {
        return l1.table(geometry.l1Index(guest));
    }

    /** The table that an L1 entry names, 0 if there is none. */
    long tableAt(int index) throws IOException {
        return l1.table(index);
    }

    /** Gives up a table; what its entries name has been unlinked. */
    void drop(int index) throws IOException {
        var table = l1.table(index);
        l1.set(index, 0);
        cache.forget(table, geometry.clusterSize());
        freed.unlink(geometry.cluster(table), 1);
    }

    /**
     * Whether a host cluster is one that no guest may ever write to: the header's or the L1
     * table's.
     */
    boolean isTop(long host) {
        return host < geometry.clusterSize()
                || (host >= geometry.clusterStart(l1.host()) && host < l1.host() + l1.bytes());
    }

    long bits(long table, int index) throws IOException {
        return cache.getLong(table + (long) index * geometry.l2EntryBytes());
    }

    /** The first entry, from one on, that is not all zero; the number of entries if none is. */
    int nextUsed(long table, int from) throws IOException {
        var first = table + (long) from * geometry.l2EntryBytes();
        var found = cache.nextNonZero(first, table + geometry.clusterSize());
        return (int) ((found - table) / geometry.l2EntryBytes());
    }

    /** The subclusters of an entry; 0 where entries have none. */
    long bitmap(long table, int index) throws IOException {
        return geometry.extendedL2()
                ? cache.getLong(table + (long) index * geometry.l2EntryBytes() + Long.BYTES)
                : 0;
    }

    /** Changes an entry of a table that {@link #forWriting} gave. */
    void set(long table, int index, long bits, long bitmap) throws IOException {
        var at = table + (long) index * geometry.l2EntryBytes();
        cache.putLong(at, bits);
        if (geometry.extendedL2()) {
            cache.putLong(at + Long.BYTES, bitmap);
        }
    }

    /**
     * The table for a guest offset, made if there is none and copied if a snapshot has it too. The
     * new table is in the file when this returns; it is linked by the L1 table, which is written
     * after the next barrier.
     */
    long forWriting(long guest) throws IOException {
        var index = geometry.l1Index(guest);
        var old = table(guest);
        if (old != 0 && L1Entry.copied(l1.entry(index))) {
            return old;
        }
        var host = allocator.allocateTable(1);
        var written = false;
        try {
            cache.forget(host, geometry.clusterSize());
            file.write(content(old), host);
            written = true;
        } finally {
            if (!written) {
                allocator.giveBack(host, 1);
            }
        }
        l1.set(index, host | L1Entry.COPIED);
        if (old != 0) {
            freed.unlink(geometry.cluster(old), 1);
        }
        return host;
    }

    private ByteBuffer content(long old) throws IOException {
        var table = ByteBuffer.allocate(geometry.clusterSize());
        if (old == 0) {
            Zeroes.fill(table);
        } else {
            cache.read(table, old);
        }
        return table.flip();
    }
}
