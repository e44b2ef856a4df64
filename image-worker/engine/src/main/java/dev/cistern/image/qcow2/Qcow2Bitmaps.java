package dev.cistern.image.qcow2;

import dev.cistern.image.BitmapInfo;
import dev.cistern.image.DirtyParts;
import dev.cistern.image.ImageException;
import dev.cistern.image.qcow2.format.BitmapEntry;
import dev.cistern.image.qcow2.format.ClusterGeometry;
import dev.cistern.image.qcow2.format.HeaderExtension;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The persistent bitmaps of an open image. What is done to them, and what they record, is on the
 * disk when the image is closed; if it is not, those that were there before are inconsistent then.
 *
 * <pre>
 *   first change of the image    bitmaps are marked in use | {@link Barrier#BITMAP_FLAGS}
 *   while it is open             bits are set in memory
 *   close                        everything else is durable
 *                                | bits, tables, directory | {@link Barrier#TABLE_BEFORE_HEADER}
 *                                | header | {@link Barrier#HEADER} | the old ones are given up
 * </pre>
 */
public final class Qcow2Bitmaps {
    private final ImageTables tables;
    private final ClusterGeometry geometry;
    private final Exclusively exclusive;
    private final BitmapStore store;
    private final boolean possible;

    /** As on the disk. */
    private List<BitmapEntry> rows;

    private Optional<HeaderExtension.Bitmaps> extension;
    private final List<Bitmap> bitmaps = new ArrayList<>();
    private boolean marked;

    /** Those that record; replaced, never changed. */
    private volatile DirtyBits[] recording = new DirtyBits[0];

    /** A bitmap; its row is null until it has been on the disk. */
    private static final class Bitmap {
        private final String name;
        private final int granularityBits;
        private final @Nullable BitmapEntry row;
        private boolean records;
        private @Nullable DirtyBits bits;

        private Bitmap(String name, int granularityBits, @Nullable BitmapEntry row) {
            this.name = name;
            this.granularityBits = granularityBits;
            this.row = row;
        }

        private boolean inconsistent() {
            return row != null && row.inUse();
        }

        private BitmapEntry like() {
            return new BitmapEntry(0, 0, records ? BitmapEntry.AUTO : 0, granularityBits, name);
        }
    }

    Qcow2Bitmaps(ImageTables tables, ImageHeader image, Exclusively exclusive) throws IOException {
        this.tables = tables;
        this.geometry = tables.file.geometry();
        this.exclusive = exclusive;
        this.store = new BitmapStore(tables.file);
        this.possible = image.header().version() >= 3;
        this.rows = store.directory(image);
        this.extension = image.bitmaps();
        for (var row : rows) {
            var bitmap = new Bitmap(row.name(), row.granularityBits(), row);
            bitmap.records = row.auto();
            bitmaps.add(bitmap);
        }
    }

    boolean isEmpty() {
        return bitmaps.isEmpty();
    }

    /** All bitmaps, in the order of the directory. */
    public List<BitmapInfo> list() {
        synchronized (this) {
            return bitmaps.stream()
                    .map(
                            bitmap ->
                                    new BitmapInfo(
                                            bitmap.name,
                                            1L << bitmap.granularityBits,
                                            bitmap.records,
                                            bitmap.inconsistent()))
                    .toList();
        }
    }

    /**
     * What a bitmap marks, for as long as the image is open.
     *
     * @throws NoSuchFileException if there is none of that name
     * @throws ImageException.Corrupt if it is inconsistent
     */
    public DirtyParts dirty(String name) throws IOException {
        synchronized (this) {
            return bitsOf(consistent(name));
        }
    }

    /** Whether the image can have any; one of version 2 cannot. */
    public boolean possible() {
        return possible;
    }

    /** The granularity that a new bitmap has if none is asked for: a cluster, 4 KiB at least. */
    public long defaultGranularity() {
        return Math.max(4096, geometry.clusterSize());
    }

    /**
     * Adds a bitmap that marks nothing.
     *
     * @param granularity bytes, a power of two from 512 to 2^31
     * @param records whether writes from now on are recorded in it
     * @throws FileAlreadyExistsException if there is one of that name
     * @throws ImageException.OutOfRange if there cannot be such a bitmap
     */
    public void add(String name, long granularity, boolean records) throws IOException {
        change(
                () -> {
                    var bits = Long.numberOfTrailingZeros(granularity);
                    requirePossible(name, granularity, bits);
                    var bitmap = new Bitmap(name, bits, null);
                    bitmap.bits = new DirtyBits(tables.capacity(), bits);
                    bitmap.records = records;
                    bitmaps.add(bitmap);
                });
    }

    private void requirePossible(String name, long granularity, int bits) throws IOException {
        require(possible, "is of version 2, which has no bitmaps");
        require(
                Long.bitCount(granularity) == 1
                        && bits >= BitmapEntry.MIN_GRANULARITY_BITS
                        && bits <= BitmapEntry.MAX_GRANULARITY_BITS,
                "a granularity of %d bytes is not a power of two from 512 to 2147483648"
                        .formatted(granularity));
        var length = name.getBytes(StandardCharsets.UTF_8).length;
        require(
                length > 0 && length <= BitmapEntry.MAX_NAME_BYTES,
                "a bitmap's name has 1 to 1023 bytes, not " + length);
        require(
                bitmaps.size() < BitmapEntry.MAX_BITMAPS,
                "has 65535 bitmaps, the most there can be");
        requireRoom(bits, tables.capacity());
        if (find(name).isPresent()) {
            throw new FileAlreadyExistsException(
                    tables.file.name(), null, "has a bitmap '%s' already".formatted(name));
        }
    }

    private void requireRoom(int granularityBits, long capacity) throws ImageException.OutOfRange {
        var bytes = BitmapEntry.bytes(capacity, granularityBits);
        require(
                bytes > 0 && bytes <= BitmapEntry.MAX_BYTES,
                "a bitmap of 2^%d bytes a bit would have %d bytes for a capacity of %d, not 1 to %d"
                        .formatted(granularityBits, bytes, capacity, BitmapEntry.MAX_BYTES));
    }

    private void require(boolean holds, String otherwise) throws ImageException.OutOfRange {
        if (!holds) {
            throw new ImageException.OutOfRange(tables.file.name() + ": " + otherwise);
        }
    }

    /** Removes a bitmap, which may be inconsistent. */
    public void remove(String name) throws IOException {
        change(() -> bitmaps.remove(existing(name)));
    }

    /** Says whether writes from now on are recorded in a bitmap. */
    public void setRecording(String name, boolean records) throws IOException {
        change(() -> consistent(name).records = records);
    }

    /** Makes a bitmap mark nothing. */
    public void clear(String name) throws IOException {
        change(() -> bitsOf(consistent(name)).clear());
    }

    /**
     * Makes a bitmap mark what another one marks too.
     *
     * @param others of an image of the same capacity, whatever their granularity
     */
    public void merge(String name, DirtyParts others) throws IOException {
        change(
                () -> {
                    var bits = bitsOf(consistent(name));
                    require(
                            bits.capacity() == others.capacity(),
                            "the bitmap '%s' is of %d bytes, the one to merge into it of %d"
                                    .formatted(name, bits.capacity(), others.capacity()));
                    bits.merge(others);
                });
    }

    private interface Change {
        void run() throws IOException;
    }

    private void change(Change change) throws IOException {
        exclusive.run(
                () -> {
                    synchronized (this) {
                        change.run();
                        startRecording();
                    }
                });
    }

    private Optional<Bitmap> find(String name) {
        return bitmaps.stream().filter(bitmap -> bitmap.name.equals(name)).findFirst();
    }

    private Bitmap existing(String name) throws NoSuchFileException {
        return find(name)
                .orElseThrow(
                        () ->
                                new NoSuchFileException(
                                        tables.file.name(),
                                        null,
                                        "has no bitmap '%s'".formatted(name)));
    }

    private Bitmap consistent(String name) throws IOException {
        var bitmap = existing(name);
        if (bitmap.inconsistent()) {
            throw new ImageException.Corrupt(
                    "%s: the bitmap '%s' is inconsistent and can only be removed"
                            .formatted(tables.file.name(), name));
        }
        return bitmap;
    }

    private DirtyBits bitsOf(Bitmap bitmap) throws IOException {
        var bits = bitmap.bits;
        if (bits == null) {
            bits =
                    bitmap.row == null
                            ? new DirtyBits(tables.capacity(), bitmap.granularityBits)
                            : store.load(bitmap.row, tables.capacity());
            bitmap.bits = bits;
        }
        return bits;
    }

    /**
     * Before the first change of the image: what is on the disk is of no use until it is closed.
     */
    synchronized void markInUse() throws IOException {
        if (marked || rows.isEmpty()) {
            marked = true;
            return;
        }
        for (var bitmap : bitmaps) {
            if (!bitmap.inconsistent()) {
                bitsOf(bitmap);
            }
        }
        var inUse = rows.stream().map(row -> row.withFlags(row.flags() | BitmapEntry.IN_USE));
        store.writeFlags(extension.orElseThrow(), inUse.toList());
        marked = true;
        startRecording();
    }

    private void startRecording() throws IOException {
        var all = new ArrayList<DirtyBits>();
        for (var bitmap : bitmaps) {
            if (bitmap.records && !bitmap.inconsistent()) {
                all.add(bitsOf(bitmap));
            }
        }
        recording = all.toArray(DirtyBits[]::new);
    }

    /** A range is about to change. */
    void record(long offset, long length) {
        for (var bits : recording) {
            bits.set(offset, length);
        }
    }

    /**
     * Refuses another capacity.
     *
     * @throws ImageException.Unsupported if a bitmap is inconsistent, whose size cannot be known
     */
    synchronized void requireResizable(long capacity) throws ImageException {
        for (var bitmap : bitmaps) {
            if (bitmap.inconsistent()) {
                throw new ImageException.Unsupported(
                        "%s: the bitmap '%s' is inconsistent; remove it before resizing"
                                .formatted(tables.file.name(), bitmap.name));
            }
            requireRoom(bitmap.granularityBits, capacity);
        }
    }

    /** The capacity has become another; what was added is not marked. */
    synchronized void resize() throws IOException {
        for (var bitmap : bitmaps) {
            bitsOf(bitmap).resize(tables.capacity());
        }
    }

    /** Brings everything to the disk, for an image that is closed; all else is there already. */
    synchronized void save(WriteOrder order) throws IOException {
        if (!marked || (rows.isEmpty() && bitmaps.isEmpty())) {
            return;
        }
        var changed = new ArrayList<BitmapEntry>();
        var kept = new HashMap<String, BitmapEntry>();
        for (var bitmap : bitmaps) {
            var row = bitmap.row;
            if (row != null && bitmap.inconsistent()) {
                kept.put(row.name(), row);
                changed.add(row);
            } else {
                changed.add(store.store(bitsOf(bitmap), bitmap.like(), tables.allocator));
            }
        }
        nameDirectory(changed, kept);
        order.settle();
    }

    private void nameDirectory(List<BitmapEntry> changed, Map<String, BitmapEntry> kept)
            throws IOException {
        var old = extension;
        extension =
                changed.isEmpty()
                        ? Optional.empty()
                        : Optional.of(store.writeDirectory(changed, tables.allocator));
        tables.refcounts.write();
        tables.file.await(Barrier.TABLE_BEFORE_HEADER);
        store.name(extension);
        if (old.isPresent()) {
            store.free(old.get().directoryHost(), old.get().directoryBytes(), tables);
        }
        for (var row : rows) {
            if (!row.equals(kept.get(row.name()))) {
                store.free(row, tables);
            }
        }
        rows = List.copyOf(changed);
    }
}
