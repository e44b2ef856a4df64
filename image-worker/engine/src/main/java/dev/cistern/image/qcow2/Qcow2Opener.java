package dev.cistern.image.qcow2;

import dev.cistern.image.CheckReport;
import dev.cistern.image.DiskImage;
import dev.cistern.image.ImageException;
import dev.cistern.image.qcow2.format.ClusterGeometry;
import dev.cistern.image.qcow2.format.Header;
import dev.cistern.image.storage.Storage;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** Judges whether an image can be worked with, and loads its tables. */
final class Qcow2Opener {
    private final Storage storage;
    private final boolean writable;
    private final Surroundings surroundings;
    private final ImageTables.CacheSize cacheSize;
    private final Set<Barrier> omitted;

    Qcow2Opener(Storage storage, boolean writable, Surroundings surroundings) {
        this(
                storage,
                writable,
                surroundings,
                ImageTables.CacheSize.USUAL,
                EnumSet.noneOf(Barrier.class));
    }

    /**
     * An opener for tests of small caches and of the barriers.
     *
     * @param omitted barriers that the image passes over
     */
    Qcow2Opener(
            Storage storage,
            boolean writable,
            Surroundings surroundings,
            ImageTables.CacheSize cacheSize,
            Set<Barrier> omitted) {
        this.storage = storage;
        this.writable = writable;
        this.surroundings = surroundings;
        this.cacheSize = cacheSize;
        this.omitted = omitted;
    }

    /** Opens the image; if that fails, the storage is closed. */
    Qcow2Image open() throws IOException {
        return closingOnFailure(this::load);
    }

    /** Opens the image as a snapshot has it. */
    Qcow2Image openSnapshot(String idOrName) throws IOException {
        return closingOnFailure(
                () -> {
                    var image = ImageHeader.read(storage);
                    requireWorkable(image);
                    var file = new ImageFile(storage, ClusterGeometry.of(image.header()), omitted);
                    var entry = SnapshotTable.find(file, image.header(), idOrName);
                    return load(
                            new ImageHeader(
                                    image.header().at(entry),
                                    image.backingFile(),
                                    image.extensions()));
                });
    }

    /** What may fail while the image is being opened. */
    @FunctionalInterface
    private interface Loading {
        Qcow2Image run() throws IOException;
    }

    private Qcow2Image closingOnFailure(Loading loading) throws IOException {
        var opened = false;
        try {
            var image = loading.run();
            opened = true;
            return image;
        } finally {
            if (!opened) {
                storage.close();
            }
        }
    }

    private Qcow2Image load() throws IOException {
        return load(ImageHeader.read(storage));
    }

    private Qcow2Image load(ImageHeader image) throws IOException {
        requireWorkable(image);
        if (writable) {
            requireSound(image.header());
            return loadTables(repairedIfDirty(image));
        }
        return loadTables(image);
    }

    /** An image that was not closed in order may have refcounts that are too low. */
    private ImageHeader repairedIfDirty(ImageHeader image) throws IOException {
        if (!image.header().incompatible(Header.INCOMPATIBLE_DIRTY)) {
            return image;
        }
        var report = Qcow2Checker.check(storage, CheckReport.Repair.ALL);
        if (!report.sound()) {
            throw new ImageException.Corrupt(
                    "%s: was not closed in order and cannot be repaired: %s"
                            .formatted(storage.name(), String.join("; ", report.findings())));
        }
        return ImageHeader.read(storage);
    }

    private Qcow2Image loadTables(ImageHeader image) throws IOException {
        var file = new ImageFile(storage, ClusterGeometry.of(image.header()), omitted);
        var encryption = Encryption.unlock(storage, image, surroundings.secret());
        var data = encryption.on(openData(image, file));
        Optional<DiskImage> backing = Optional.empty();
        var opened = false;
        try {
            var tables = ImageTables.load(file, image.header(), cacheSize, data);
            if (writable) {
                OwnPlaces.requireSound(tables, image);
            }
            backing = openBelow(image);
            var whole = new Qcow2Image(image, tables, encryption, backing, writable);
            opened = true;
            return whole;
        } finally {
            if (!opened) {
                closeAll(data, backing);
            }
        }
    }

    private static void closeAll(GuestData data, Optional<DiskImage> backing) throws IOException {
        try (data) {
            if (backing.isPresent()) {
                backing.get().close();
            }
        }
    }

    private GuestData openData(ImageHeader image, ImageFile file) throws IOException {
        if (!image.header().incompatible(Header.INCOMPATIBLE_DATA_FILE)) {
            return GuestData.within(file);
        }
        var reference =
                image.dataFile()
                        .orElseThrow(
                                () ->
                                        new ImageException.Corrupt(
                                                storage.name()
                                                        + ": has its data in another file, but does not name it"));
        return GuestData.beside(
                surroundings.dataFile().open(reference, writable, storage.name()),
                image.hasRawDataFile());
    }

    private Optional<DiskImage> openBelow(ImageHeader image) throws IOException {
        return image.backingFile().isEmpty()
                ? Optional.empty()
                : Optional.of(
                        surroundings
                                .below()
                                .open(
                                        image.backingFile().get(),
                                        image.backingFormat(),
                                        storage.name()));
    }

    private void requireWorkable(ImageHeader image) throws ImageException {
        var header = image.header();
        if (writable && header.cryptMethod() == Encryption.AES) {
            throw new ImageException.Unsupported(
                    storage.name()
                            + ": is encrypted with AES alone, which protects little; it can be read, not written to");
        }
        if (writable && image.hasRawDataFile() && header.cryptMethod() != Encryption.NONE) {
            throw new ImageException.Unsupported(
                    storage.name()
                            + ": is encrypted and has a raw data file, which contradict each other; it can be read, not written to");
        }
        if (writable && image.hasRawDataFile() && image.backingFile().isPresent()) {
            throw new ImageException.Corrupt(
                    storage.name() + ": has a raw data file, and so cannot have a backing file");
        }
        var needed = ClusterGeometry.of(header).l1Entries(header.size());
        if (header.l1Entries() < needed) {
            throw new ImageException.Corrupt(
                    "%s: the L1 table has %d entries; a capacity of %d bytes needs %d"
                            .formatted(storage.name(), header.l1Entries(), header.size(), needed));
        }
        if (header.refcountTableClusters() == 0) {
            throw new ImageException.Corrupt(
                    storage.name() + ": refcount_table_clusters at 0x38 is 0; there must be one");
        }
    }

    private void requireSound(Header header) throws ImageException.Corrupt {
        if (header.incompatible(Header.INCOMPATIBLE_CORRUPT)) {
            throw new ImageException.Corrupt(
                    "%s: is marked corrupt; check and repair it before writing to it"
                            .formatted(storage.name()));
        }
    }
}
