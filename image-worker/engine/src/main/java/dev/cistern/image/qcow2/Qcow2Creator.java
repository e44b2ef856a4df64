package dev.cistern.image.qcow2;

import dev.cistern.image.ImageException;
import dev.cistern.image.Preallocation;
import dev.cistern.image.crypto.Luks;
import dev.cistern.image.qcow2.format.ClusterGeometry;
import dev.cistern.image.qcow2.format.Header;
import dev.cistern.image.qcow2.format.L1Entry;
import dev.cistern.image.qcow2.format.L2Entry;
import dev.cistern.image.qcow2.format.RefcountBlock;
import dev.cistern.image.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Lays out an empty qcow2 image as {@code qemu-img create} does, by its {@link NewLayout}. */
public final class Qcow2Creator {
    private final Qcow2Options options;
    private final long capacity;
    private final ClusterGeometry geometry;
    private final NewLayout layout;
    private final Storage storage;

    private Qcow2Creator(long capacity, Qcow2Options options, Storage storage) {
        this.options = options;
        this.capacity = capacity;
        this.storage = storage;
        this.geometry =
                new ClusterGeometry(
                        Integer.numberOfTrailingZeros(options.clusterSize()),
                        Integer.numberOfTrailingZeros(options.refcountBits()),
                        options.extendedL2(),
                        options.version() >= 3,
                        options.dataFile().isPresent());
        this.layout = NewLayout.of(geometry, capacity, encryptionBytes(), preallocated());
    }

    private long encryptionBytes() {
        return options.encryption().map(encryption -> Luks.bytes(encryption.luks())).orElse(0L);
    }

    /** A raw data file is only what the guest reads if the tables name all of it. */
    private boolean preallocated() {
        return options.preallocation() != Preallocation.OFF
                || options.dataFile().map(Qcow2Options.DataFile::raw).orElse(false);
    }

    /** Writes an image of one file; the caller syncs. */
    public static void create(long capacity, Qcow2Options options, Storage storage)
            throws IOException {
        create(capacity, options, storage, Optional.empty());
    }

    /**
     * Writes the image; the caller syncs.
     *
     * @param capacity bytes that a guest sees
     * @param dataFile empty storage for the guest's data if the options name a file for them
     * @throws ImageException.OutOfRange if a table would be longer than QEMU accepts
     */
    public static void create(
            long capacity, Qcow2Options options, Storage storage, Optional<Storage> dataFile)
            throws IOException {
        if (dataFile.isPresent() != options.dataFile().isPresent()) {
            throw new IllegalArgumentException(
                    storage.name() + ": a data file is named and given, or neither");
        }
        var creator = new Qcow2Creator(capacity, options, storage);
        creator.requireAllowed();
        creator.write();
        if (dataFile.isPresent()) {
            options.preallocation().apply(dataFile.get(), 0, capacity);
            dataFile.get().truncate(capacity);
        }
    }

    private long bytes(long clusters) {
        return clusters << geometry.clusterBits();
    }

    private void requireAllowed() throws ImageException.OutOfRange {
        var mostEntries = Header.MAX_L1_BYTES / ClusterGeometry.TABLE_ENTRY_BYTES;
        if (layout.l1Entries() > mostEntries) {
            throw new ImageException.OutOfRange(
                    "%s: %d bytes are more than a qcow2 image of %d-byte clusters holds, which is %d"
                            .formatted(
                                    storage.name(),
                                    capacity,
                                    options.clusterSize(),
                                    mostEntries * geometry.l2Coverage()));
        }
        if (layout.table() > 1 && bytes(layout.table()) > Header.MAX_REFCOUNT_TABLE_BYTES) {
            throw new ImageException.OutOfRange(
                    "%s: to preallocate %d bytes takes a refcount table of %d bytes, where %d are allowed"
                            .formatted(
                                    storage.name(),
                                    capacity,
                                    bytes(layout.table()),
                                    Header.MAX_REFCOUNT_TABLE_BYTES));
        }
    }

    private void write() throws IOException {
        var out = new SequentialWriter(storage, 0, bytes(layout.total() - layout.data()));
        put(out, NewHeader.encode(options, capacity, layout, storage.name()), 1);
        putRefcountTable(out);
        for (var block = 0L; block < layout.blocks(); block++) {
            putRefcountBlock(out, block);
        }
        if (layout.l2() > 0) {
            putL1(out);
            out.skip(bytes(layout.encryption()));
            for (var table = 0L; table < layout.l2(); table++) {
                putL2(out, table);
            }
        }
        out.flush();
        if (layout.data() > 0) {
            options.preallocation().apply(storage, layout.dataHost(0), bytes(layout.data()));
        }
        storage.truncate(bytes(layout.total()));
        if (options.encryption().isPresent()) {
            var encryption = options.encryption().get();
            Luks.create(storage, layout.encryptionHost(), encryption.luks(), encryption.secret())
                    .close();
        }
    }

    /** New storage reads as zeroes, so that the end of a table need not be written. */
    private void put(SequentialWriter out, ByteBuffer used, long clusters) throws IOException {
        var unused = bytes(clusters) - used.remaining();
        out.put(used);
        out.skip(unused);
    }

    private void putRefcountTable(SequentialWriter out) throws IOException {
        var bytes =
                ByteBuffer.allocate(
                        Math.toIntExact(layout.blocks() * ClusterGeometry.TABLE_ENTRY_BYTES));
        for (var block = 0; block < layout.blocks(); block++) {
            bytes.putLong(block * ClusterGeometry.TABLE_ENTRY_BYTES, layout.blockHost(block));
        }
        put(out, bytes, layout.table());
    }

    private void putRefcountBlock(SequentialWriter out, long block) throws IOException {
        var counted =
                Math.min(geometry.blockEntries(), layout.total() - block * geometry.blockEntries());
        var bits = counted << geometry.refcountOrder();
        var bytes = ByteBuffer.allocate(Math.toIntExact(Math.ceilDiv(bits, (long) Byte.SIZE)));
        for (var cluster = 0; cluster < counted; cluster++) {
            RefcountBlock.set(bytes, 0, cluster, geometry.refcountOrder(), 1);
        }
        put(out, bytes, 1);
    }

    private void putL1(SequentialWriter out) throws IOException {
        var bytes =
                ByteBuffer.allocate(
                        Math.toIntExact(layout.l2() * ClusterGeometry.TABLE_ENTRY_BYTES));
        for (var index = 0; index < layout.l2(); index++) {
            bytes.putLong(
                    index * ClusterGeometry.TABLE_ENTRY_BYTES,
                    layout.l2Host(index) | L1Entry.COPIED);
        }
        put(out, bytes, layout.l1());
    }

    /**
     * Subclusters are set aside without being stored, and so read as zeroes or from below. What is
     * in encrypted clusters at first is not zeroes to the guest, so these are said to be zero.
     */
    private void putL2(SequentialWriter out, long table) throws IOException {
        var bytes = ByteBuffer.allocate(geometry.clusterSize());
        var first = table * geometry.l2Entries();
        var count = Math.min(geometry.l2Entries(), layout.guestClusters() - first);
        var marks =
                options.encryption().isPresent() && !geometry.extendedL2()
                        ? L2Entry.COPIED | L2Entry.ZERO
                        : L2Entry.COPIED;
        for (var entry = 0; entry < count; entry++) {
            bytes.putLong(entry * geometry.l2EntryBytes(), layout.dataHost(first + entry) | marks);
        }
        out.put(bytes);
    }
}
