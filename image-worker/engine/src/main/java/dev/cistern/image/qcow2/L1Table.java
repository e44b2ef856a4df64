package dev.cistern.image.qcow2;

import dev.cistern.image.ImageException;
import dev.cistern.image.qcow2.format.ClusterGeometry;
import dev.cistern.image.qcow2.format.L1Entry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;

/** The active L1 table, whole in memory. Guarded by the map lock, but for {@link Batch#write}. */
final class L1Table {
    /** What is read at once of a table that is not kept; tables begin at multiples of 512. */
    private static final int PIECE_BYTES = 4096;

    private final ImageFile file;
    private final BitSet dirty = new BitSet();
    private long host;
    private long[] entries;

    private L1Table(ImageFile file, long host, long[] entries) {
        this.file = file;
        this.host = host;
        this.entries = entries;
    }

    static L1Table load(ImageFile file, long host, int length) throws IOException {
        return new L1Table(file, host, readSound(file, host, length));
    }

    /**
     * The entries of an L1 table that is to be worked with, a snapshot's for example. Since no two
     * entries name the same L2 table, what is done with all of them takes no longer than the file
     * has bytes.
     *
     * @throws ImageException.Corrupt if the file ends before the table, or two entries are the same
     */
    static long[] readSound(ImageFile file, long host, int length) throws IOException {
        var bytes = (long) length * ClusterGeometry.TABLE_ENTRY_BYTES;
        var end = file.storage().size();
        if (bytes > 0 && host > end - bytes) {
            throw new ImageException.Corrupt(
                    "%s: ends at 0x%x, before the L1 table of %d entries at 0x%x does"
                            .formatted(file.name(), end, length, host));
        }
        var entries = read(file, host, length);
        requireDistinct(entries, host, file.name());
        return entries;
    }

    private static void requireDistinct(long[] entries, long host, String name)
            throws ImageException.Corrupt {
        var tables =
                Arrays.stream(entries).map(L1Entry::table).filter(table -> table != 0).toArray();
        Arrays.sort(tables);
        for (var i = 1; i < tables.length; i++) {
            if (tables[i] == tables[i - 1]) {
                throw new ImageException.Corrupt(
                        "%s: two entries of the L1 table at 0x%x name the same L2 table at 0x%x; each must have its own"
                                .formatted(name, host, tables[i]));
            }
        }
    }

    /** Takes the entries of a table. */
    @FunctionalInterface
    interface Entries {
        void entry(long at, long bits) throws IOException;
    }

    /** Names all entries that are not zero, without reading holes of the file. */
    static void forEach(ImageFile file, long host, int length, Entries entries) throws IOException {
        var end = host + (long) length * ClusterGeometry.TABLE_ENTRY_BYTES;
        for (var at = host; at < end; ) {
            at = Math.max(at, file.storage().nextData(at) & -(long) PIECE_BYTES);
            if (at >= end) {
                return;
            }
            var piece = file.read(at, (int) Math.min(PIECE_BYTES, end - at));
            while (piece.hasRemaining()) {
                var bits = piece.getLong();
                if (bits != 0) {
                    entries.entry(at + piece.position() - ClusterGeometry.TABLE_ENTRY_BYTES, bits);
                }
            }
            at += piece.limit();
        }
    }

    /** The entries of a table of this form, whatever they are. */
    static long[] read(ImageFile file, long host, int length) throws IOException {
        var entries = new long[length];
        file.read(host, length * ClusterGeometry.TABLE_ENTRY_BYTES).asLongBuffer().get(entries);
        return entries;
    }

    long host() {
        return host;
    }

    int length() {
        return entries.length;
    }

    long bytes() {
        return (long) entries.length * ClusterGeometry.TABLE_ENTRY_BYTES;
    }

    long entry(int index) {
        return entries[index];
    }

    /** Where the L2 table is that an entry names, 0 for none. */
    long table(int index) throws ImageException.Corrupt {
        return table(entries[index], index);
    }

    long table(long bits, int index) throws ImageException.Corrupt {
        var table = L1Entry.table(bits);
        if (file.geometry().inCluster(table) != 0) {
            throw new ImageException.Corrupt(
                    "%s: L1 entry %d names an L2 table at 0x%x, which is not at a multiple of 0x%x"
                            .formatted(file.name(), index, table, file.geometry().clusterSize()));
        }
        return table;
    }

    void set(int index, long bits) {
        entries[index] = bits;
        dirty.set(index);
    }

    /**
     * The table was replaced on disk, by the same or other entries.
     *
     * @return the entries until now
     */
    long[] replace(long newHost, long[] newEntries) {
        var old = entries;
        host = newHost;
        entries = newEntries;
        dirty.clear();
        return old;
    }

    long[] copy() {
        return entries.clone();
    }

    /** The bytes of entries, as on disk. */
    static ByteBuffer encode(long[] entries) {
        var bytes =
                ByteBuffer.allocate(
                        Math.multiplyExact(entries.length, ClusterGeometry.TABLE_ENTRY_BYTES));
        bytes.asLongBuffer().put(entries);
        return bytes;
    }

    Batch takeDirty() {
        var batch = new Batch((BitSet) dirty.clone());
        dirty.clear();
        return batch;
    }

    /** Changed entries as they were at one moment. */
    final class Batch {
        private final BitSet indexes;
        private final long[] values;

        private Batch(BitSet indexes) {
            this.indexes = indexes;
            this.values = indexes.stream().mapToLong(index -> entries[index]).toArray();
        }

        boolean isEmpty() {
            return values.length == 0;
        }

        /** Writes them, neighbours together; without the map lock. */
        void write() throws IOException {
            var written = 0;
            for (var from = indexes.nextSetBit(0); from >= 0; ) {
                var to = indexes.nextClearBit(from);
                var run = Arrays.copyOfRange(values, written, written + to - from);
                file.write(encode(run), host + (long) from * ClusterGeometry.TABLE_ENTRY_BYTES);
                written += run.length;
                from = indexes.nextSetBit(to);
            }
        }

        /** Ends the writing; what was not written is dirty again. */
        void settle(boolean written) {
            if (!written) {
                dirty.or(indexes);
            }
        }
    }
}
