package dev.cistern.image.qcow2;

import dev.cistern.image.BackingFile;
import dev.cistern.image.BackingOpener;
import dev.cistern.image.ContentSink;
import dev.cistern.image.DiskImage;
import dev.cistern.image.ImageException;
import dev.cistern.image.ImageFormat;
import dev.cistern.image.Mapping;
import dev.cistern.image.Progress;
import dev.cistern.image.SnapshotInfo;
import dev.cistern.image.qcow2.format.ClusterGeometry;
import dev.cistern.image.storage.RangeLocks;
import dev.cistern.image.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/**
 * An open qcow2 image, version 2 or 3.
 *
 * <p>Locks, in the order in which they are taken:
 *
 * <ol>
 *   <li>{@link Structure}: shared by reads, writes and flushes for as long as they take; snapshots
 *       and resizing have it for themselves, and so wait until everything else has ended
 *   <li>{@link RangeLocks}: whoever changes what guest clusters are mapped to
 *   <li>flushing, in {@link WriteOrder}: one flush at a time
 *   <li>{@link MapLock}: the tables in memory, for the time of a look or a change
 * </ol>
 */
public final class Qcow2Image implements DiskImage {
    private final ImageTables tables;
    private final Encryption encryption;
    private final ClusterGeometry geometry;
    private final GuestContent content;
    private final CompressedWriter compressed;
    private final GuestWriter writer;
    private final WriteOrder order;
    private final Snapshots snapshots;
    private final Structure structure;
    private final int version;
    private final Qcow2Bitmaps bitmaps;

    Qcow2Image(
            ImageHeader image,
            ImageTables tables,
            Encryption encryption,
            Optional<DiskImage> backing,
            boolean writable)
            throws IOException {
        var clusters = new CompressedClusters(tables.file, ClusterCodec.of(image.header()));
        this.tables = tables;
        this.encryption = encryption;
        this.geometry = tables.file.geometry();
        this.content = new GuestContent(tables, backing, clusters);
        this.order = new WriteOrder(tables);
        this.writer = new GuestWriter(tables, content, clusters, order);
        this.snapshots = Snapshots.load(tables, order, image.header());
        this.version = image.header().version();
        this.structure = new Structure(image, tables, writable, () -> bitmaps().markInUse());
        this.bitmaps = new Qcow2Bitmaps(tables, image, structure);
        this.compressed = new CompressedWriter(tables, structure, bitmaps, writer, clusters);
    }

    /**
     * Opens a snapshot inside an image, for reading.
     *
     * @param idOrName its id or else its name, of which the oldest counts
     * @throws NoSuchFileException if there is no such snapshot
     */
    public static Qcow2Image openSnapshot(Storage storage, String idOrName, BackingOpener below)
            throws IOException {
        return openSnapshot(storage, idOrName, Surroundings.below(below));
    }

    /** The same with all that the image may need. */
    public static Qcow2Image openSnapshot(
            Storage storage, String idOrName, Surroundings surroundings) throws IOException {
        return new Qcow2Opener(storage, false, surroundings).openSnapshot(idOrName);
    }

    /**
     * Opens an image, and the one below it. The storage is closed with the image, also when it
     * cannot be opened.
     *
     * @param below opens the backing file, if the image has one
     */
    public static Qcow2Image open(Storage storage, boolean writable, BackingOpener below)
            throws IOException {
        return open(storage, writable, Surroundings.below(below));
    }

    /** The same with all that the image may need. */
    public static Qcow2Image open(Storage storage, boolean writable, Surroundings surroundings)
            throws IOException {
        return new Qcow2Opener(storage, writable, surroundings).open();
    }

    @Override
    public ImageFormat format() {
        return ImageFormat.QCOW2;
    }

    @Override
    public String name() {
        return tables.file.name();
    }

    @Override
    public long capacity() {
        return tables.capacity();
    }

    @Override
    public int unit() {
        return geometry.subclusterSize();
    }

    /** Bytes of a cluster. */
    public int clusterSize() {
        return geometry.clusterSize();
    }

    @Override
    public Mapping map(long offset, long length) throws IOException {
        var place = structure.begin();
        try {
            requireInside(offset, length);
            return content.map(offset, length);
        } finally {
            structure.end(place);
        }
    }

    @Override
    public void read(ByteBuffer into, long offset) throws IOException {
        var place = structure.begin();
        try {
            requireInside(offset, into.remaining());
            content.read(into, offset);
        } finally {
            structure.end(place);
        }
    }

    @Override
    public void write(ByteBuffer from, long offset) throws IOException {
        var place = structure.beginChange();
        try {
            requireInside(offset, from.remaining());
            bitmaps.record(offset, from.remaining());
            writer.write(from, offset);
        } finally {
            structure.end(place);
        }
    }

    /**
     * Writes one cluster compressed, or as it is if that is no smaller. For filling an image;
     * whoever writes to the cluster again gets an ordinary one.
     *
     * @param from a whole cluster, or what there is of the last one
     * @param offset of the cluster
     */
    public void writeCompressed(ByteBuffer from, long offset) throws IOException {
        requireInside(offset, from.remaining());
        compressed.write(from, offset);
    }

    /**
     * Fills the image, which stays open, with compressed clusters.
     *
     * @throws ImageException.Unsupported if it cannot have any
     */
    public ContentSink compressing() throws ImageException.Unsupported {
        return compressed.sink(this, content.belowEnd() == 0);
    }

    @Override
    public void zero(long offset, long length, Space space) throws IOException {
        var place = structure.beginChange();
        try {
            requireInside(offset, length);
            bitmaps.record(offset, length);
            writer.zero(offset, length, space);
        } finally {
            structure.end(place);
        }
    }

    @Override
    public void discard(long offset, long length) throws IOException {
        var place = structure.beginChange();
        try {
            requireInside(offset, length);
            bitmaps.record(offset, length);
            writer.discard(offset, length);
        } finally {
            structure.end(place);
        }
    }

    @Override
    public void flush() throws IOException {
        if (!structure.begun()) {
            return;
        }
        var place = structure.begin();
        try {
            order.flush();
        } finally {
            structure.end(place);
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>An image of version 2 with snapshots cannot be resized, since such a snapshot does not
     * know its own capacity.
     */
    @Override
    public void resize(long capacity) throws IOException {
        structure.run(
                () -> {
                    if (version < 3 && !snapshots.isEmpty()) {
                        throw new ImageException.Unsupported(
                                name()
                                        + ": is of version 2 and has snapshots; it cannot be resized");
                    }
                    bitmaps.requireResizable(capacity);
                    new Resizer(tables, content, writer, order).resize(capacity);
                    bitmaps.resize();
                });
    }

    /** The persistent bitmaps. */
    public Qcow2Bitmaps bitmaps() {
        return bitmaps;
    }

    /** The snapshots inside the image, oldest first. */
    public List<SnapshotInfo> snapshots() {
        var place = structure.begin();
        try {
            return snapshots.list();
        } finally {
            structure.end(place);
        }
    }

    /**
     * Keeps the image as it is now, durably.
     *
     * @param name need not be unique
     * @param clock for the time that the snapshot bears
     * @throws ImageException.OutOfRange if refcounts are too small; nothing is changed then
     */
    public SnapshotInfo createSnapshot(String name, Clock clock) throws IOException {
        requireNoDataFile("take internal snapshots");
        structure.touch();
        structure.alone().lock();
        try {
            return snapshots.create(name, clock);
        } finally {
            structure.alone().unlock();
        }
    }

    /**
     * Gives up a snapshot, durably.
     *
     * @throws NoSuchFileException if there is none of that id
     */
    public void deleteSnapshot(String id) throws IOException {
        requireNoDataFile("delete internal snapshots");
        structure.run(() -> snapshots.delete(id));
    }

    /** Whether nothing was written since the snapshot of that id was taken or reverted to. */
    public boolean isAt(String id) throws IOException {
        var place = structure.begin();
        try {
            return snapshots.isAt(id);
        } finally {
            structure.end(place);
        }
    }

    /**
     * Makes the image what it was, capacity included, durably. What was written since is lost; the
     * snapshot stays.
     *
     * @throws NoSuchFileException if there is none of that id
     * @throws ImageException.Unsupported if the image has bitmaps
     */
    public void revertToSnapshot(String id) throws IOException {
        requireNoDataFile("revert to internal snapshots");
        structure.run(
                () -> {
                    if (!bitmaps.isEmpty()) {
                        throw new ImageException.Unsupported(
                                name()
                                        + ": has bitmaps, which a snapshot does not; remove them before reverting to it");
                    }
                    snapshots.revert(id);
                });
    }

    /**
     * Makes the image read over another one, or over nothing, as it reads now. What would read
     * otherwise is copied up first, while reads and writes go on.
     *
     * @param below an open image, which belongs to this one when this returns; empty for nothing
     * @param name how the image is to name it; empty for nothing
     * @throws IOException what the progress throws, too; the image is over what it was over then
     */
    public void rebase(Optional<DiskImage> below, Optional<BackingFile> name, Progress progress)
            throws IOException {
        requireNoRawDataFile("be over another image");
        structure.touch();
        new Rebase(tables, content, writer, order, structure.alone()).run(below, name, progress);
    }

    /** Forgets, durably, all that the image has of its own; it reads as what lies below then. */
    public void empty() throws IOException {
        requireNoRawDataFile("be emptied");
        structure.run(
                () -> {
                    order.settle();
                    for (var index = 0; index < tables.l1.length(); index++) {
                        tables.map.forgetTable(index);
                        order.relieve();
                    }
                    order.settle();
                });
    }

    /**
     * Makes the image of another version, or with another feature, durably. Bitmaps are on the disk
     * then. Afterwards the image can be read, and written to only when it is opened again.
     *
     * @throws ImageException.Unsupported if something stands in the way; nothing is changed then
     */
    public void amend(Amendment amendment) throws IOException {
        structure.run(
                () -> {
                    var amend = new Amend(tables, content, writer, order, snapshots);
                    amend.requirePossible(amendment, !bitmaps.isEmpty());
                    order.settle();
                    bitmaps.save(order);
                    amend.run(amendment);
                    structure.amended();
                });
    }

    @Override
    public void close() throws IOException {
        structure.whileOthersWait(
                () -> {
                    try (var _ = tables.file.storage();
                            var _ = encryption;
                            var _ = tables.data;
                            var _ = content) {
                        if (structure.touched()) {
                            order.settle();
                            bitmaps.save(order);
                        }
                    }
                });
    }

    /** The key slots of an image that is encrypted with LUKS. */
    public Optional<KeySlots> keySlots() {
        return encryption.luks().map(luks -> new KeySlots(luks, structure));
    }

    /** Clusters of a data file have no refcounts, and so cannot be shared. */
    private void requireNoDataFile(String what) throws ImageException.Unsupported {
        if (tables.data.external()) {
            throw new ImageException.Unsupported(
                    "%s: has its data in another file, and so cannot %s".formatted(name(), what));
        }
    }

    /** What a raw data file has is all that there is. */
    private void requireNoRawDataFile(String what) throws ImageException.Unsupported {
        if (tables.data.raw()) {
            throw new ImageException.Unsupported(
                    "%s: has a raw data file, and so cannot %s".formatted(name(), what));
        }
    }
}
