package dev.cistern.image.vmdk;

import dev.cistern.image.ImageException;
import dev.cistern.image.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;

/** The grain directory of a sparse extent, and as many of its tables as were used last. */
final class GrainTables {
    /** Tables in memory, of 2 KiB at most. */
    private static final int KEPT = 1024;

    private final Storage file;
    private final SparseHeader header;
    private final ByteBuffer directory;

    private final Map<Integer, ByteBuffer> tables =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Integer, ByteBuffer> eldest) {
                    return size() > KEPT;
                }
            };

    GrainTables(Storage file, SparseHeader header) throws IOException {
        this.file = file;
        this.header = header;
        this.directory = read(header.directoryAt(), header.directoryEntries());
    }

    private ByteBuffer read(long at, int entries) throws IOException {
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

    /** The entry for a grain: a sector of the file, or 0 for none. */
    long entry(long grain) throws IOException {
        var table = (int) (grain / header.tableEntries());
        var at = Integer.toUnsignedLong(directory.getInt(table * Integer.BYTES));
        if (at == 0) {
            return 0;
        }
        var index = (int) (grain % header.tableEntries());
        synchronized (tables) {
            var entries = tables.get(table);
            if (entries == null) {
                entries = read(at * SparseHeader.SECTOR, header.tableEntries());
                tables.put(table, entries);
            }
            return Integer.toUnsignedLong(entries.getInt(index * Integer.BYTES));
        }
    }
}
