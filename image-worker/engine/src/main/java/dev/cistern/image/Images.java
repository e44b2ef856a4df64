package dev.cistern.image;

import dev.cistern.image.lock.ImageLock;
import dev.cistern.image.qcow2.Qcow2Creator;
import dev.cistern.image.qcow2.Qcow2Inspector;
import dev.cistern.image.qcow2.Qcow2Options;
import dev.cistern.image.storage.Access;
import dev.cistern.image.storage.Directory;
import dev.cistern.image.storage.FileStatus;
import dev.cistern.image.storage.FileStorage;
import dev.cistern.image.storage.Storage;
import dev.cistern.image.vmdk.NewFiles;
import dev.cistern.image.vmdk.VmdkCreator;
import dev.cistern.image.vmdk.VmdkInspector;
import dev.cistern.image.vmdk.VmdkOptions;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;

/**
 * The way into the engine: what an image is, making one, keeping others off it.
 *
 * <p>Blocks its carrier thread; platform threads should call it.
 */
public final class Images {
    private static final int SECTOR = 512;

    private Images() {}

    /**
     * What an image says of itself, its format told by its content. No lock is taken, so that an
     * image that a virtual machine writes to can be looked at; what is read may then be a moment
     * old.
     *
     * @throws ImageException if the file begins as an image of some format does, but is none
     */
    public static ImageInfo info(Directory directory, String name) throws IOException {
        try (var file = directory.openFile(name, Access.READ)) {
            return info(directory, file, probe(file));
        }
    }

    /** The same for an image whose format is known, which outranks its content. */
    public static ImageInfo info(Directory directory, String name, ImageFormat format)
            throws IOException {
        try (var file = directory.openFile(name, Access.READ)) {
            return info(directory, file, format);
        }
    }

    /**
     * The same without what the file system can do, for one of many files of a folder.
     *
     * @param found the file's status, which was just read there
     * @param format if it is known
     */
    public static ImageInfo info(
            Directory directory, String name, FileStatus found, Optional<ImageFormat> format)
            throws IOException {
        try (var file = directory.openFile(name, found, Access.READ)) {
            return info(directory, file, found, format.isPresent() ? format.get() : probe(file));
        }
    }

    private static ImageInfo info(Directory directory, FileStorage file, ImageFormat format)
            throws IOException {
        return info(directory, file, file.status(), format).on(file.capabilities());
    }

    private static ImageInfo info(
            Directory directory, FileStorage file, FileStatus status, ImageFormat format)
            throws IOException {
        return switch (format) {
            case RAW -> rawInfo(status);
            case QCOW2 -> Qcow2Inspector.inspect(file, status.allocated());
            case VMDK -> VmdkInspector.inspect(directory, file);
        };
    }

    private static ImageInfo rawInfo(FileStatus status) {
        return new ImageInfo(
                ImageFormat.RAW,
                Math.ceilDiv(status.size(), SECTOR) * (long) SECTOR,
                status.allocated(),
                Optional.empty(),
                Optional.empty(),
                new ImageInfo.Details.Raw());
    }

    /** The format that the first bytes tell; raw if they tell none. */
    public static ImageFormat probe(Storage storage) throws IOException {
        if (Qcow2Inspector.recognises(storage)) {
            return ImageFormat.QCOW2;
        }
        return VmdkInspector.recognises(storage) ? ImageFormat.VMDK : ImageFormat.RAW;
    }

    /**
     * Lays an image out on empty storage. The caller syncs the storage before the image gets its
     * name. A vmdk image is a monolithicSparse one that takes itself to be called as the storage
     * is.
     *
     * @throws ImageException.OutOfRange if the format cannot hold so much
     */
    public static void create(CreateOptions options, Storage storage) throws IOException {
        switch (options.format()) {
            case RAW -> {
                options.preallocation().apply(storage, 0, options.capacity());
                storage.truncate(options.capacity());
            }
            case QCOW2 ->
                    create(
                            options.capacity(),
                            Qcow2Options.DEFAULT.withPreallocation(options.preallocation()),
                            storage);
            case VMDK -> {
                var name = storage.name().substring(storage.name().lastIndexOf('/') + 1);
                create(options.capacity(), VmdkOptions.DEFAULT, name, _ -> storage);
            }
        }
    }

    /** The same for a qcow2 image that is to be other than usual. */
    public static void create(long capacity, Qcow2Options options, Storage storage)
            throws IOException {
        Qcow2Creator.create(
                new CreateOptions(ImageFormat.QCOW2, capacity).capacity(), options, storage);
    }

    /**
     * The same for a qcow2 image whose options name a data file.
     *
     * @param dataFile empty storage of that file, which the caller syncs too
     */
    public static void create(
            long capacity, Qcow2Options options, Storage storage, Storage dataFile)
            throws IOException {
        Qcow2Creator.create(
                new CreateOptions(ImageFormat.QCOW2, capacity).capacity(),
                options,
                storage,
                Optional.of(dataFile));
    }

    /**
     * Makes a vmdk image, which may be of several files: the one by which it is opened, and its
     * extents, which it names by what {@link VmdkCreator#fileNames} says. Each is laid out on empty
     * storage and synced, the one by which it is opened last; the caller syncs the folder, and
     * closes the storage. Any but a stream-optimized one is then opened, written to, grown and read
     * as every {@link DiskImage} is.
     *
     * @param name of the image's file, by which its extents are named too
     * @param files gives empty storage for a file by its name
     * @throws ImageException.Unsupported if it is to be stream-optimized
     */
    public static void create(long capacity, VmdkOptions options, String name, NewFiles files)
            throws IOException {
        VmdkCreator.create(
                new CreateOptions(ImageFormat.VMDK, capacity).capacity(), options, name, files);
    }

    /**
     * Opens an image, and the images below it for reading. QEMU's locks are taken on all of their
     * files before anything is read, and kept until the image is closed.
     *
     * @throws ImageInUseException if another user is in the way
     * @throws ImageException if it is no image of the format, or none that can be opened so
     */
    public static DiskImage open(Directory directory, String name, OpenOptions options)
            throws IOException {
        return ImageOpener.of(options)
                .open(access -> directory.openFile(name, access), options.format());
    }

    /**
     * Opens an image in a file that is open already and that nobody else knows of, such as one that
     * was just made. No lock is taken on it, but for those on files that it names. The file is
     * closed with the image, or if the image cannot be opened.
     *
     * @param options with the format
     */
    public static DiskImage openNew(FileStorage file, OpenOptions options) throws IOException {
        return ImageOpener.of(options).openNew(file, options.format().orElseThrow());
    }

    /** The same, with a hold on each image of the chain. */
    public static ImageChain openChain(Directory directory, String name, OpenOptions options)
            throws IOException {
        var opener = ImageOpener.of(options);
        var _ = opener.open(access -> directory.openFile(name, access), options.format());
        return opener.chain();
    }

    /**
     * Opens a snapshot inside a qcow2 image as an image of its own, for reading. The image itself
     * can be opened for reading by others meanwhile.
     *
     * @param snapshot its id or else its name, of which the oldest counts
     * @param gate for the files that the image names
     * @throws NoSuchFileException if the image has no such snapshot
     */
    public static DiskImage openSnapshot(
            Directory directory, String name, String snapshot, OpenGate gate) throws IOException {
        return openSnapshot(directory, name, snapshot, gate, Secrets.none());
    }

    /** The same for an image that may be encrypted. */
    public static DiskImage openSnapshot(
            Directory directory, String name, String snapshot, OpenGate gate, Secrets secrets)
            throws IOException {
        return new ImageOpener(gate, _ -> Access.READ, secrets)
                .openSnapshot(access -> directory.openFile(name, access), snapshot);
    }

    /**
     * Keeps everyone else off an image that is to be removed or replaced, until the lock is closed.
     *
     * @throws ImageInUseException if a virtual machine or tool has the image open
     */
    public static ImageLock lockForRemoval(FileStorage file) throws IOException {
        return ImageLock.exclusive(file);
    }
}
