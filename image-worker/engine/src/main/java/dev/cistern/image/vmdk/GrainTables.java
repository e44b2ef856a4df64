package dev.cistern.image.vmdk;

import dev.cistern.image.ImageException;
import dev.cistern.image.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The grain directory of a sparse extent, and as many of its tables as were used last or are not on
 * the disk as they are here. Each table is written twice, where there is a redundant directory.
 */
final class GrainTables {
    /** Entry of a grain that was never written. */
    static final long NONE = 0;

    /** Entry of a grain that is zero, in extents that have such. */
    static final long ZEROED = 1;

    /** Tables in memory, of 2 KiB at most. */
    private static final int KEPT = 1024;

    /** Changed ones that may wait for a flush. */
    private static final int CROWDED = 2048;

    private final Storage file;
    private final SparseHeader header;
    private final ByteBuffer directory;
    private Optional<ByteBuffer> redundant = Optional.empty();

    private final Map<Integer, ByteBuffer> clean =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Integer, ByteBuffer> eldest) {
                    return size() > KEPT;
                }
            };

    private final Map<Integer, ByteBuffer> changed = new HashMap<>();

    /** Those of the batch that is being written. */
    private final Map<Integer, ByteBuffer> writing = new HashMap<>();

    GrainTables(Storage file, SparseHeader header) throws IOException {
        this.file = file;
        this.header = header;
        this.directory = directory(file, header, header.directoryAt());
    }

    /** A grain directory of an extent. */
    static ByteBuffer directory(Storage file, SparseHeader header, long at) throws IOException {
        return read(file, at, header.directoryEntries());
    }

    /** A run of entries. */
    static ByteBuffer read(Storage file, long at, int entries) throws IOException {
        var length = (long) entries * Integer.BYTES;
        if (at > file.size() - length) {
            throw new ImageException.Corrupt(
                    "%s: ends at 0x%x, before the table of %d bytes at 0x%x does"
                            .formatted(file.name(), file.size(), length, at));
        }
        var bytes = ByteBuffer.allocate((int) length);
        file.readFully(bytes, at);
        return bytes.flip().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** An entry of a table or directory. */
    static long at(ByteBuffer entries, int index) {
        return Integer.toUnsignedLong(entries.getInt(index * Integer.BYTES));
    }

    private long tableAt(int table) {
        return at(directory, table) * SparseHeader.SECTOR;
    }

    /** The entry for a grain: a sector of the file, or what stands for something else. */
    synchronized long entry(long grain) throws IOException {
        var table = table(grain);
        return tableAt(table) == 0 ? NONE : at(entries(table), index(grain));
    }

    /**
     * Whether a table begins at an offset in the extent, none of whose grains was ever written;
     * that is so for most of a large image, and told without reading them.
     */
    synchronized boolean isUnused(long offset) throws IOException {
        if (offset % header.tableCoverage() != 0) {
            return false;
        }
        var table = (int) (offset / header.tableCoverage());
        if (changed.containsKey(table) || writing.containsKey(table) || clean.containsKey(table)) {
            return false;
        }
        var at = tableAt(table);
        return at == 0
                || (at <= file.size() - header.tableBytes()
                        && file.nextData(at) >= at + header.tableBytes());
    }

    private int table(long grain) {
        return (int) (grain / header.tableEntries());
    }

    private int index(long grain) {
        return (int) (grain % header.tableEntries());
    }

    private ByteBuffer entries(int table) throws IOException {
        var known = changed.get(table);
        if (known == null) {
            known = writing.get(table);
        }
        if (known == null) {
            known = clean.get(table);
        }
        if (known == null) {
            known = read(file, tableAt(table), header.tableEntries());
            clean.put(table, known);
        }
        return known;
    }

    /** Changes an entry in memory. */
    synchronized void set(long grain, long entry) throws IOException {
        var table = table(grain);
        requireTable(table);
        var entries = entries(table);
        entries.putInt(index(grain) * Integer.BYTES, (int) entry);
        changed.put(table, entries);
        clean.remove(table);
    }

    /** Tables are all there from the beginning on in what QEMU and VMware make. */
    private void requireTable(int table) throws IOException {
        if (redundant.isEmpty() && header.redundantAt() > 0) {
            redundant = Optional.of(directory(file, header, header.redundantAt()));
        }
        if (tableAt(table) == 0 || (redundant.isPresent() && at(redundant.get(), table) == 0)) {
            throw new ImageException.Unsupported(
                    "%s: has no grain table %d, and so cannot be written to there"
                            .formatted(file.name(), table));
        }
    }

    /** Whether so much has changed that a flush is due. */
    synchronized boolean crowded() {
        return changed.size() > CROWDED;
    }

    /** What one flush writes, as it was when that began. */
    record Batch(List<Integer> tables, List<ByteBuffer> entries) {
        boolean isEmpty() {
            return tables.isEmpty();
        }
    }

    /** Takes what has changed. It must be settled before more is taken. */
    synchronized Batch takeChanged() {
        var tables = new ArrayList<Integer>(changed.size());
        var copies = new ArrayList<ByteBuffer>(changed.size());
        changed.forEach(
                (table, entries) -> {
                    tables.add(table);
                    copies.add(
                            ByteBuffer.allocate(entries.capacity())
                                    .put(entries.duplicate().clear()));
                });
        writing.putAll(changed);
        changed.clear();
        return new Batch(tables, copies);
    }

    /** Writes all tables, and then all redundant ones. */
    void write(Batch batch) throws IOException {
        write(batch, directory);
        if (redundant.isPresent()) {
            write(batch, redundant.get());
        }
    }

    private void write(Batch batch, ByteBuffer places) throws IOException {
        for (var i = 0; i < batch.tables.size(); i++) {
            file.writeFully(
                    batch.entries.get(i).duplicate().clear(),
                    at(places, batch.tables.get(i)) * SparseHeader.SECTOR);
        }
    }

    /** Ends a batch; what was not written is to be written again. */
    synchronized void settle(boolean written) {
        if (written) {
            writing.forEach(clean::putIfAbsent);
            changed.keySet().forEach(clean::remove);
        } else {
            writing.forEach(changed::putIfAbsent);
        }
        writing.clear();
    }
}
