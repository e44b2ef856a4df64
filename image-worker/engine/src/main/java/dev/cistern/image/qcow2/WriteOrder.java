package dev.cistern.image.qcow2;

import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The order in which what changed in memory reaches the disk:
 *
 * <pre>
 *   refcounts, beside the data that were written already
 *       {@link Barrier#DATA_FILE}, if there is such a file
 *       {@link Barrier#DATA_BEFORE_TABLES}
 *   L2 tables and L1 entries, as they were before that barrier
 *       {@link Barrier#TABLES}
 *   clusters that these no longer name are counted down, which the next round writes;
 *   those that this round's refcounts call free are punched out and may be used again
 * </pre>
 */
final class WriteOrder {
    /** Rounds after which nothing is left to do, if no reads or writes are under way. */
    private static final int ROUNDS = 3;

    private final ImageTables tables;
    private final ReentrantLock flushing = new ReentrantLock();

    /** Whether a table in memory names what may not be on the disk; guarded by the map lock. */
    private boolean linked;

    WriteOrder(ImageTables tables) {
        this.tables = tables;
    }

    /** A table entry was made to name something; under the map lock. */
    void linked() {
        linked = true;
    }

    /** Brings all that was done before to the disk. */
    void flush() throws IOException {
        flushing.lock();
        try {
            round();
        } finally {
            flushing.unlock();
        }
    }

    /** The same, and all clusters that were given up are free afterwards. Nothing else goes on. */
    void settle() throws IOException {
        flush();
        for (var round = 1; round < ROUNDS && isWaiting(); round++) {
            flush();
        }
    }

    private boolean isWaiting() {
        try (var _ = tables.mapLock.take()) {
            return tables.freed.isWaiting() || tables.refcounts.isDirty();
        }
    }

    /** Flushes if so much has changed that memory runs short. */
    void relieve() throws IOException {
        boolean crowded;
        try (var _ = tables.mapLock.take()) {
            crowded = tables.l2Cache.crowded() || tables.refcounts.crowded();
        }
        if (crowded) {
            flush();
        }
    }

    private void round() throws IOException {
        tables.data.requireSound();
        var changes = take();
        var written = false;
        try {
            tables.data.await(tables.file);
            if (changes.linked || !changes.l1.isEmpty()) {
                tables.file.await(Barrier.DATA_BEFORE_TABLES);
            }
            changes.l2.write();
            changes.l1.write();
            tables.file.await(Barrier.TABLES);
            written = true;
        } finally {
            settle(changes, written);
        }
        free();
    }

    /** What one round writes. */
    private record Changes(
            TableCache.Batch l2,
            L1Table.Batch l1,
            FreedClusters.Clusters unlinked,
            FreedClusters.Clusters dropped,
            boolean linked) {}

    private Changes take() throws IOException {
        try (var _ = tables.mapLock.take()) {
            tables.refcounts.write();
            var changes =
                    new Changes(
                            tables.l2Cache.takeDirty(),
                            tables.l1.takeDirty(),
                            tables.freed.takeUnlinked(),
                            tables.freed.takeDropped(),
                            linked);
            linked = false;
            return changes;
        }
    }

    private void settle(Changes changes, boolean written) throws IOException {
        try (var _ = tables.mapLock.take()) {
            changes.l2.settle(written);
            changes.l1.settle(written);
            if (written) {
                tables.freed.settleDropped(changes.dropped);
                tables.freed.countDown(changes.unlinked, tables.refcounts);
            } else {
                tables.freed.returnDropped(changes.dropped);
                tables.freed.returnUnlinked(changes.unlinked);
                linked |= changes.linked;
            }
        }
    }

    private void free() throws IOException {
        FreedClusters.Clusters free;
        try (var _ = tables.mapLock.take()) {
            free = tables.freed.takeFree();
        }
        try {
            punch(free);
        } finally {
            try (var _ = tables.mapLock.take()) {
                tables.allocator.reuse(free);
            }
        }
    }

    private void punch(FreedClusters.Clusters free) throws IOException {
        var bits = tables.file.geometry().clusterBits();
        for (int from = 0, to; from < free.size(); from = to) {
            to = from + 1;
            while (to < free.size() && free.cluster(to) == free.cluster(to - 1) + 1) {
                to++;
            }
            var _ =
                    tables.file
                            .storage()
                            .punchHole(free.cluster(from) << bits, (long) (to - from) << bits);
        }
    }
}
