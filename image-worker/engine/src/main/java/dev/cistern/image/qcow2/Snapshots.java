package dev.cistern.image.qcow2;

import dev.cistern.image.ImageException;
import dev.cistern.image.SnapshotInfo;
import dev.cistern.image.qcow2.format.ClusterGeometry;
import dev.cistern.image.qcow2.format.Header;
import dev.cistern.image.qcow2.format.L1Entry;
import dev.cistern.image.qcow2.format.SnapshotEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The snapshots inside an image, which nobody else uses while they change. Each change is one write
 * of the header, before which everything new is durable and after which everything old is given up:
 *
 * <pre>
 *   create   references counted up, nothing to be written in place, L1 copied, new table
 *            | header: table |  old table freed
 *   delete   new table
 *            | header: table |  references counted down | what has one left may be written in place
 *   revert   references counted up, L1 copied
 *            | header: size and L1 |  old tree counted down | the same
 * </pre>
 */
final class Snapshots {
    /** QEMU's limit. */
    private static final int MAX_SNAPSHOTS = 65_536;

    private static final long MAX_STATE_BYTES_OF_VERSION_2 = 0xffff_ffffL;

    private final ImageTables tables;
    private final ImageFile file;
    private final ClusterGeometry geometry;
    private final WriteOrder order;
    private List<SnapshotEntry> entries;
    private long tableHost;

    private Snapshots(
            ImageTables tables, WriteOrder order, List<SnapshotEntry> entries, long tableHost) {
        this.tables = tables;
        this.file = tables.file;
        this.geometry = tables.file.geometry();
        this.order = order;
        this.entries = entries;
        this.tableHost = tableHost;
    }

    static Snapshots load(ImageTables tables, WriteOrder order, Header header) throws IOException {
        return new Snapshots(
                tables, order, SnapshotTable.read(tables.file, header), header.snapshotsOffset());
    }

    List<SnapshotInfo> list() {
        return entries.stream().map(entry -> info(entry, tables.capacity())).toList();
    }

    static SnapshotInfo info(SnapshotEntry entry, long capacityOfImage) {
        return new SnapshotInfo(
                entry.id(),
                entry.name(),
                entry.capacity(capacityOfImage),
                Instant.ofEpochSecond(
                        Integer.toUnsignedLong(entry.seconds()),
                        Integer.toUnsignedLong(entry.nanos())),
                Duration.ofNanos(entry.clockNanos()),
                entry.stateBytes(),
                entry.instructions());
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    /** The row of a snapshot. */
    static SnapshotEntry find(List<SnapshotEntry> entries, String id, String image)
            throws NoSuchFileException {
        return first(entries, entry -> entry.id().equals(id))
                .orElseThrow(
                        () ->
                                new NoSuchFileException(
                                        image, null, "has no snapshot with the id " + id));
    }

    private static Optional<SnapshotEntry> first(
            List<SnapshotEntry> entries, Predicate<SnapshotEntry> wanted) {
        return entries.stream().filter(wanted).findFirst();
    }

    SnapshotInfo create(String name, Clock clock) throws IOException {
        order.settle();
        if (entries.size() >= MAX_SNAPSHOTS) {
            throw new ImageException.OutOfRange(
                    "%s: has %d snapshots, and more are not allowed"
                            .formatted(file.name(), entries.size()));
        }
        var l1 = tables.l1.copy();
        var tree = new TableTree(tables, l1);
        requireRoom(tree);
        var attempt = new Attempt(tree);
        try {
            Arrays.setAll(l1, index -> l1[index] & ~L1Entry.COPIED);
            attempt.l1Host = new TableWriter(tables).l1(l1);
            var entry =
                    SnapshotEntry.of(
                            attempt.l1Host,
                            tables.l1.length(),
                            tables.capacity(),
                            clock.instant(),
                            nextId(),
                            name);
            attempt.countUp();
            markActive(true);
            var changed = new ArrayList<>(entries);
            changed.add(entry);
            replaceTable(changed, attempt);
            order.settle();
            return info(entry, tables.capacity());
        } catch (IOException e) {
            attempt.undo(e);
            throw e;
        }
    }

    private String nextId() {
        var highest = 0L;
        for (var entry : entries) {
            if (entry.id().matches("\\d{1,18}")) {
                highest = Math.max(highest, Long.parseLong(entry.id()));
            }
        }
        return Long.toString(highest + 1);
    }

    /** Refuses if a refcount could not count the references that come, before any is changed. */
    private void requireRoom(TableTree tree) throws IOException {
        var shared = new LongIntMap();
        tree.forEach(
                cluster -> {
                    var coming = 1L;
                    if (tables.refcounts.get(cluster) > 1) {
                        shared.put(cluster, Math.max(0, shared.get(cluster)) + 1);
                        coming = shared.get(cluster);
                    }
                    tables.refcounts.requireRoom(cluster, coming);
                });
    }

    /** A change until the header is written, which can be taken back. */
    private final class Attempt {
        private final TableTree tree;
        private long counted;
        private long l1Host;
        private boolean committed;

        private Attempt(TableTree tree) {
            this.tree = tree;
        }

        void countUp() throws IOException {
            tree.forEach(
                    cluster -> {
                        tables.refcounts.add(cluster);
                        counted++;
                    });
        }

        /** If this fails too, check and repair finds leaks. */
        void undo(IOException cause) {
            if (committed) {
                return;
            }
            try {
                tree.forEach(
                        cluster -> {
                            if (counted > 0) {
                                counted--;
                                tables.refcounts.drop(cluster);
                            }
                        });
                if (l1Host != 0) {
                    tables.allocator.giveBack(l1Host, tree.l1Clusters());
                }
                markActive(false);
            } catch (IOException e) {
                cause.addSuppressed(e);
            }
        }
    }

    /** Marks what may be written in place in the active tree, or that nothing may. */
    private void markActive(boolean clear) throws IOException {
        var l1 = tables.l1.copy();
        new TableTree(tables, l1).markCopied(clear);
        for (var index = 0; index < l1.length; index++) {
            if (l1[index] != tables.l1.entry(index)) {
                tables.l1.set(index, l1[index]);
            }
        }
    }

    /** Makes the header name a new snapshot table and gives up the old one. */
    private void replaceTable(List<SnapshotEntry> changed, Attempt attempt) throws IOException {
        var oldHost = tableHost;
        var oldBytes = TableWriter.bytes(entries);
        requireAllowed(TableWriter.bytes(changed));
        var host = new TableWriter(tables).rows(changed);
        writeAll();
        file.await(Barrier.TABLE_BEFORE_HEADER);
        attempt.committed = true;
        file.write(
                ByteBuffer.allocate(12).putInt(changed.size()).putLong(host).flip(),
                Header.SNAPSHOTS_AT);
        file.await(Barrier.HEADER_BEFORE_FREEING);
        entries = List.copyOf(changed);
        tableHost = host;
        tables.freed.drop(geometry.cluster(oldHost), geometry.clusters(oldBytes), tables.refcounts);
    }

    /** Brings every snapshot's capacity into its row, durably. */
    void tellCapacities() throws IOException {
        order.settle();
        if (entries.stream().allMatch(SnapshotEntry::tellsCapacity)) {
            return;
        }
        var changed =
                entries.stream()
                        .map(entry -> entry.tellingCapacity(entry.capacity(tables.capacity())))
                        .toList();
        replaceTable(changed, new Attempt(new TableTree(tables, new long[0])));
        order.settle();
    }

    /** Refuses if a snapshot is what one in an image of version 2 cannot be. */
    void requireFitForVersion2() throws IOException {
        for (var entry : entries) {
            var l1 = L1Table.readSound(file, entry.l1Host(), entry.l1Entries());
            if (entry.capacity(tables.capacity()) != tables.capacity()
                    || entry.stateBytes() > MAX_STATE_BYTES_OF_VERSION_2
                    || new TableTree(tables, l1).saysZero()) {
                throw new ImageException.Unsupported(
                        "%s: the snapshot %s has another capacity, or parts that are said to be zero, which version 2 cannot have; delete it before"
                                .formatted(file.name(), entry.id()));
            }
        }
    }

    private void requireAllowed(long bytes) throws ImageException.OutOfRange {
        if (bytes > SnapshotEntry.MAX_TABLE_BYTES) {
            throw new ImageException.OutOfRange(
                    "%s: the snapshot table would have %d bytes, where %d are allowed"
                            .formatted(file.name(), bytes, SnapshotEntry.MAX_TABLE_BYTES));
        }
    }

    private void writeAll() throws IOException {
        tables.l2Cache.writeDirty();
        var l1 = tables.l1.takeDirty();
        l1.write();
        tables.refcounts.write();
    }

    void delete(String id) throws IOException {
        order.settle();
        var gone = find(entries, id, file.name());
        var l1 = L1Table.readSound(file, gone.l1Host(), gone.l1Entries());
        var tree = new TableTree(tables, l1);
        var changed = new ArrayList<>(entries);
        changed.remove(gone);
        replaceTable(changed, new Attempt(tree));
        giveUp(l1, gone.l1Host());
    }

    void revert(String id) throws IOException {
        order.settle();
        var entry = find(entries, id, file.name());
        var capacity = entry.capacity(tables.capacity());
        var oldHost = tables.l1.host();
        var length = (int) Math.max(entry.l1Entries(), geometry.l1Entries(capacity));
        var l1 = Arrays.copyOf(L1Table.readSound(file, entry.l1Host(), entry.l1Entries()), length);
        var tree = new TableTree(tables, l1);
        requireRoom(tree);
        var attempt = new Attempt(tree);
        try {
            tree.markCopied(true);
            attempt.countUp();
            attempt.l1Host = new TableWriter(tables).l1(l1);
            writeAll();
            file.await(Barrier.TABLE_BEFORE_HEADER);
            attempt.committed = true;
            file.write(Resizer.sizeAndL1(tables, capacity, length, attempt.l1Host), Header.SIZE_AT);
            file.await(Barrier.HEADER_BEFORE_FREEING);
        } catch (IOException e) {
            attempt.undo(e);
            throw e;
        }
        var old = tables.l1.replace(attempt.l1Host, l1);
        tables.setCapacity(capacity);
        giveUp(old, oldHost);
    }

    /**
     * Whether nothing was written since the image was what a snapshot is: then they have their L2
     * tables in common, none of which is written in place.
     */
    boolean isAt(String id) throws IOException {
        var entry = find(entries, id, file.name());
        var capacity = tables.capacity();
        if (entry.capacity(capacity) != capacity) {
            return false;
        }
        var l1 = L1Table.readSound(file, entry.l1Host(), entry.l1Entries());
        for (var index = 0; index < Math.max(l1.length, tables.l1.length()); index++) {
            if (L1Entry.table(index < l1.length ? l1[index] : 0)
                    != L1Entry.table(index < tables.l1.length() ? tables.l1.entry(index) : 0)) {
                return false;
            }
        }
        return true;
    }

    /** Counts down all references of a tree that nothing on the disk names any more. */
    private void giveUp(long[] l1, long l1Host) throws IOException {
        var tree = new TableTree(tables, l1);
        tree.forEach(cluster -> tables.freed.drop(cluster, 1, tables.refcounts));
        var bytes = (long) l1.length * ClusterGeometry.TABLE_ENTRY_BYTES;
        tables.freed.drop(geometry.cluster(l1Host), geometry.clusters(bytes), tables.refcounts);
        tables.l2Cache.writeDirty();
        tree.forgetUnused();
        tables.refcounts.write();
        file.await(Barrier.REFCOUNTS_BEFORE_COPIED);
        markActive(false);
        order.settle();
    }
}
