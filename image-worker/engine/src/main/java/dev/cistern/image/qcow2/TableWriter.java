package dev.cistern.image.qcow2;

import dev.cistern.image.qcow2.format.ClusterGeometry;
import dev.cistern.image.qcow2.format.SnapshotEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * Writes new tables, each to clusters of its own, which nothing names yet. They may have tens of
 * megabytes, and are written piece by piece.
 */
final class TableWriter {
    private static final int L1_PIECE = 4096;

    private final ImageTables tables;

    TableWriter(ImageTables tables) {
        this.tables = tables;
    }

    /**
     * Writes an L1 table.
     *
     * @return where it is; 0 if it is empty
     */
    long l1(long[] entries) throws IOException {
        return write(
                (long) entries.length * ClusterGeometry.TABLE_ENTRY_BYTES,
                out -> {
                    for (var from = 0; from < entries.length; from += L1_PIECE) {
                        var to = Math.min(entries.length, from + L1_PIECE);
                        out.put(L1Table.encode(Arrays.copyOfRange(entries, from, to)));
                    }
                });
    }

    /**
     * Writes a snapshot table.
     *
     * @return where it is; 0 if it is empty
     */
    long rows(List<SnapshotEntry> rows) throws IOException {
        return write(
                bytes(rows),
                out -> {
                    for (var row : rows) {
                        var bytes = ByteBuffer.allocate(row.length());
                        row.encode(bytes);
                        out.put(bytes.clear());
                    }
                });
    }

    /** How long a snapshot table is. */
    static long bytes(List<SnapshotEntry> rows) {
        return rows.stream().mapToLong(SnapshotEntry::length).sum();
    }

    /** What is in a table. */
    @FunctionalInterface
    private interface Content {
        void writeTo(SequentialWriter out) throws IOException;
    }

    private long write(long bytes, Content content) throws IOException {
        if (bytes == 0) {
            return 0;
        }
        var geometry = tables.file.geometry();
        var clusters = geometry.clusters(bytes);
        var host = tables.allocator.allocateTable(clusters);
        var written = false;
        try {
            var length = clusters << geometry.clusterBits();
            var out = new SequentialWriter(tables.file.storage(), host, length);
            content.writeTo(out);
            out.zeroTo(host + length);
            out.flush();
            written = true;
            return host;
        } finally {
            if (!written) {
                tables.allocator.giveBack(host, clusters);
            }
        }
    }
}
