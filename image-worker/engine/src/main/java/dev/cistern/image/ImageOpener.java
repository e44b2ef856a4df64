package dev.cistern.image;

import dev.cistern.image.lock.ImageLock;
import dev.cistern.image.qcow2.Qcow2Image;
import dev.cistern.image.qcow2.Surroundings;
import dev.cistern.image.raw.RawImage;
import dev.cistern.image.storage.Access;
import dev.cistern.image.storage.FileStatus;
import dev.cistern.image.storage.FileStorage;
import dev.cistern.image.storage.Storage;
import dev.cistern.image.vmdk.VmdkFiles;
import dev.cistern.image.vmdk.VmdkImage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/** Opens an image and all that lie below it, each under QEMU's lock; for one image. */
final class ImageOpener {
    /** Longest chain; each image of it costs an open file and its tables' memory. */
    private static final int MAX_DEPTH = 200;

    private final OpenGate gate;
    private final IntFunction<Access> accessAt;
    private final Secrets secrets;
    private final boolean locks;
    private final List<FileStatus> above = new ArrayList<>();

    /** The lowest first, since an image is open only when what lies below it is. */
    private final List<DiskImage> opened = new ArrayList<>();

    /**
     * An opener.
     *
     * @param accessAt what the image at a depth is opened for
     */
    ImageOpener(OpenGate gate, IntFunction<Access> accessAt, Secrets secrets) {
        this(gate, accessAt, secrets, true);
    }

    private ImageOpener(
            OpenGate gate, IntFunction<Access> accessAt, Secrets secrets, boolean locks) {
        this.gate = gate;
        this.accessAt = accessAt;
        this.secrets = secrets;
        this.locks = locks;
    }

    /** An opener of an image below which everything is but read. */
    static ImageOpener of(OpenOptions options) {
        return new ImageOpener(
                options.gate(),
                depth -> depth == 0 ? options.access() : Access.READ,
                options.secrets(),
                options.locked());
    }

    /** Opens a file by whatever name it has, each time anew. */
    @FunctionalInterface
    interface Source {
        FileStorage open(Access access) throws IOException;
    }

    /** Makes an image of a file that is locked. */
    @FunctionalInterface
    private interface Opening {
        DiskImage of(FileStorage file) throws IOException;
    }

    /** Opens an image, whose files are closed with it. */
    DiskImage open(Source source, Optional<ImageFormat> format) throws IOException {
        var access = accessAt.apply(above.size());
        return open(
                source,
                access,
                file ->
                        openAs(
                                file,
                                format.isPresent() ? format.get() : Images.probe(file),
                                access));
    }

    /** Opens an image in a file of which nobody else knows. */
    DiskImage openNew(FileStorage file, ImageFormat format) throws IOException {
        return openIn(file, locked -> openAs(locked, format, accessAt.apply(0)));
    }

    /**
     * Opens a snapshot of a qcow2 image, for reading.
     *
     * @param snapshot its id or name
     */
    DiskImage openSnapshot(Source source, String snapshot) throws IOException {
        return open(
                source,
                Access.READ,
                file -> Qcow2Image.openSnapshot(file, snapshot, surroundings()));
    }

    private DiskImage open(Source source, Access access, Opening opening) throws IOException {
        return openIn(locks ? locked(source, access) : source.open(access), opening);
    }

    /** Opens an image in a file, which is closed if that fails. */
    private DiskImage openIn(FileStorage file, Opening opening) throws IOException {
        var done = false;
        try {
            requireAcyclic(file);
            var image = opening.of(file);
            opened.add(image);
            done = true;
            return image;
        } finally {
            if (!done) {
                file.close();
            }
        }
    }

    /** An opener of what is to lie below the image that was opened first. */
    ImageOpener ofAnotherBelow() {
        var other = new ImageOpener(gate, _ -> Access.READ, Secrets.none());
        other.above.add(above.getFirst());
        return other;
    }

    /** All that was opened, the topmost first. */
    ImageChain chain() {
        return new ImageChain(opened.reversed());
    }

    /** The file that has the name once its lock is taken; the lock goes with it. */
    static FileStorage locked(Source source, Access access) throws IOException {
        while (true) {
            var file = source.open(access);
            var kept = false;
            try {
                lock(file, access);
                if (isStill(source, file)) {
                    kept = true;
                    return file;
                }
            } finally {
                if (!kept) {
                    file.close();
                }
            }
        }
    }

    private static void lock(FileStorage file, Access access) throws IOException {
        var _ =
                switch (access) {
                    case READ -> ImageLock.reader(file);
                    case READ_WRITE -> ImageLock.writer(file);
                };
    }

    /** Whether the name was not given to another file before the lock was taken. */
    private static boolean isStill(Source source, FileStorage file) throws IOException {
        try (var named = source.open(Access.READ)) {
            return isSame(named.status(), file.status());
        } catch (NoSuchFileException _) {
            return false;
        }
    }

    private static boolean isSame(FileStatus one, FileStatus other) {
        return one.inode() == other.inode() && one.device() == other.device();
    }

    private void requireAcyclic(FileStorage file) throws IOException {
        var status = file.status();
        for (var other : above) {
            if (isSame(other, status)) {
                throw new ImageException.Corrupt(
                        file.name() + ": is a backing file of itself, through others perhaps");
            }
        }
        if (above.size() >= MAX_DEPTH) {
            throw new ImageException.Unsupported(
                    "%s: has more than %d images above it".formatted(file.name(), MAX_DEPTH));
        }
        above.add(status);
    }

    private DiskImage openAs(FileStorage file, ImageFormat format, Access access)
            throws IOException {
        return switch (format) {
            case RAW -> RawImage.open(file, access == Access.READ_WRITE);
            case QCOW2 -> Qcow2Image.open(file, access == Access.READ_WRITE, surroundings());
            case VMDK ->
                    VmdkImage.open(
                            file,
                            access == Access.READ_WRITE,
                            new VmdkFiles(
                                    this::openBelow,
                                    extents(),
                                    name -> gate.create(name, file.status(), file.name())));
        };
    }

    /** Opens what an image names as a part of itself. */
    DataFileOpener extents() {
        return (reference, writable, image) -> openOther(reference, "extent", writable, image);
    }

    private Surroundings surroundings() {
        return new Surroundings(this::openBelow, this::openDataFile, secrets.at(above.size() - 1));
    }

    private Storage openDataFile(String reference, boolean writable, String image)
            throws IOException {
        return openOther(reference, "data file", writable, image);
    }

    private Storage openOther(String reference, String role, boolean writable, String image)
            throws IOException {
        requireFile(reference, image, role);
        var access = writable ? Access.READ_WRITE : Access.READ;
        return locks
                ? locked(wanted -> gate.open(reference, wanted, image), access)
                : gate.open(reference, access, image);
    }

    /** Opens what an image names as its backing file. */
    DiskImage openBelow(String reference, Optional<String> format, String image)
            throws IOException {
        requireFile(reference, image, "backing file");
        Optional<ImageFormat> known = Optional.empty();
        if (format.isPresent()) {
            known = ImageFormat.of(format.get());
            if (known.isEmpty()) {
                throw new ImageException.Unsupported(
                        "%s: its backing file '%s' is of the format '%s', which is not known"
                                .formatted(image, reference, format.get()));
            }
        }
        return open(access -> gate.open(reference, access, image), known);
    }

    /** QEMU takes what comes before a colon, if no slash does, for a protocol. */
    private static void requireFile(String reference, String image, String role)
            throws ImageException.Unsupported {
        var colon = reference.indexOf(':');
        var slash = reference.indexOf('/');
        if (colon >= 0 && (slash < 0 || colon < slash)) {
            throw new ImageException.Unsupported(
                    "%s: names the %s '%s' of the protocol '%s'; only files can be opened"
                            .formatted(image, role, reference, reference.substring(0, colon)));
        }
    }
}
