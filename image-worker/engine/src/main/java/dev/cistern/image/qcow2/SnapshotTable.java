package dev.cistern.image.qcow2;

import dev.cistern.image.ImageException;
import dev.cistern.image.qcow2.format.ClusterGeometry;
import dev.cistern.image.qcow2.format.Header;
import dev.cistern.image.qcow2.format.SnapshotEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the snapshot table ("Snapshots"), piece by piece. */
final class SnapshotTable {
    /** What is read at once; at least a row. */
    private static final int WINDOW_BYTES = 256 * 1024;

    private final ImageFile file;
    private final Header header;
    private int row;
    private long at;
    private ByteBuffer bytes = ByteBuffer.allocate(0);

    private SnapshotTable(ImageFile file, Header header) {
        this.file = file;
        this.header = header;
        this.at = header.snapshotsOffset();
    }

    /** The rows of the snapshot table that a header names. */
    static List<SnapshotEntry> read(ImageFile file, Header header) throws IOException {
        var table = new SnapshotTable(file, header);
        var entries = new ArrayList<SnapshotEntry>();
        while (table.hasNext()) {
            entries.add(table.next());
        }
        return entries;
    }

    /** The row of a snapshot by its id or else, the oldest, by its name; no other row is kept. */
    static SnapshotEntry find(ImageFile file, Header header, String idOrName) throws IOException {
        var table = new SnapshotTable(file, header);
        var named = Optional.<SnapshotEntry>empty();
        while (table.hasNext()) {
            var entry = table.next();
            if (entry.id().equals(idOrName)) {
                return entry;
            }
            if (named.isEmpty() && entry.name().equals(idOrName)) {
                named = Optional.of(entry);
            }
        }
        return named.orElseThrow(
                () ->
                        new NoSuchFileException(
                                file.name(),
                                null,
                                "has no snapshot with the id or name " + idOrName));
    }

    private boolean hasNext() {
        return row < header.snapshots();
    }

    private SnapshotEntry next() throws IOException {
        if (bytes.remaining() < SnapshotEntry.MAX_BYTES) {
            at += bytes.position();
            bytes = window();
        }
        row++;
        var entry = SnapshotEntry.decode(bytes, at, file.name());
        requireSound(entry, file);
        return entry;
    }

    /** The next rows, up to the end of the file or of what a table may have. */
    private ByteBuffer window() throws IOException {
        var ofTable = SnapshotEntry.MAX_TABLE_BYTES - (at - header.snapshotsOffset());
        var left = Math.min(file.storage().size() - at, ofTable);
        return file.read(at, Math.clamp(left, 0, WINDOW_BYTES));
    }

    private static void requireSound(SnapshotEntry entry, ImageFile file)
            throws ImageException.Corrupt {
        var most = Header.MAX_L1_BYTES / ClusterGeometry.TABLE_ENTRY_BYTES;
        var capacity = entry.capacity(0);
        if (capacity < 0 || file.geometry().l1Entries(capacity) > most) {
            throw new ImageException.Corrupt(
                    "%s: the snapshot %s has a capacity of %s bytes, more than an L1 table of %d entries can map"
                            .formatted(
                                    file.name(),
                                    entry.id(),
                                    Long.toUnsignedString(capacity),
                                    most));
        }
        if (entry.l1Entries() < 0
                || entry.l1Entries() > most
                || entry.l1Host() < 0
                || file.geometry().inCluster(entry.l1Host()) != 0) {
            throw new ImageException.Corrupt(
                    "%s: the snapshot %s has an L1 table of %s entries at 0x%x; at most %d at a cluster were expected"
                            .formatted(
                                    file.name(),
                                    entry.id(),
                                    Integer.toUnsignedString(entry.l1Entries()),
                                    entry.l1Host(),
                                    most));
        }
    }
}
