package dev.cistern.image.qcow2;

import dev.cistern.image.qcow2.format.L1Entry;
import dev.cistern.image.qcow2.format.L2Entry;
import dev.cistern.image.storage.RecordingStorage.Change;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/** What the clusters of an image are, by all of its states that were seen. */
final class ClusterKinds {
    private static final int SNAPSHOT_ROW_BYTES = 40;

    private final int clusterSize;
    private final Map<Long, String> kinds = new HashMap<>();

    ClusterKinds(int clusterSize) {
        this.clusterSize = clusterSize;
    }

    private void is(long host, long bytes, String kind) {
        for (var at = host; at < host + Math.max(1, bytes); at += clusterSize) {
            kinds.putIfAbsent(at / clusterSize, kind);
        }
    }

    /** Takes note of what a state of the image says of its clusters. */
    void learn(byte[] bytes) throws IOException {
        var file = ByteBuffer.wrap(bytes);
        is(0, clusterSize, "header");
        var refcountTable = file.getLong(48);
        is(refcountTable, (long) file.getInt(56) * clusterSize, "refcount table");
        for (var at = refcountTable; at < refcountTable + clusterSize; at += Long.BYTES) {
            if (file.getLong((int) at) != 0) {
                is(file.getLong((int) at), clusterSize, "refcounts");
            }
        }
        tree(file, file.getLong(40), file.getInt(36), "L1 table");
        var row = (int) file.getLong(64);
        for (var number = 0; number < file.getInt(60); number++) {
            is(row, 1, "snapshot table");
            tree(file, file.getLong(row), file.getInt(row + 8), "L1 table of the snapshot");
            var texts = file.getShort(row + 12) + file.getShort(row + 14) + file.getInt(row + 36);
            row += (SNAPSHOT_ROW_BYTES + texts + 7) & ~7;
        }
    }

    private void tree(ByteBuffer file, long l1, int entries, String kind) {
        is(l1, (long) entries * Long.BYTES, kind);
        for (var entry = 0; entry < entries; entry++) {
            var table = L1Entry.table(file.getLong((int) l1 + entry * Long.BYTES));
            if (table == 0) {
                continue;
            }
            is(table, clusterSize, "L2 table");
            for (var at = table; at < table + clusterSize; at += Long.BYTES) {
                var bits = file.getLong((int) at);
                if (L2Entry.host(bits) != 0) {
                    is(L2Entry.host(bits), clusterSize, "data");
                }
            }
        }
    }

    /** A change in words. */
    String name(Change change) {
        return switch (change) {
            case Change.Write(var offset, var bytes) ->
                    offset < clusterSize
                            ? "header, bytes %d to %d"
                                    .formatted(offset, offset + bytes.remaining() - 1)
                            : kinds.getOrDefault(offset / clusterSize, "?");
            case Change.Clear(var offset, _, var grows) ->
                    grows
                            ? kinds.getOrDefault(offset / clusterSize, "?")
                            : "hole punched: " + kinds.getOrDefault(offset / clusterSize, "?");
            case Change.Truncate _ -> "length of the file";
            case Change.Sync _ -> "**sync**";
        };
    }
}
