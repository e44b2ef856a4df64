package dev.cistern.worker.command;

import dev.cistern.common.message.ImageSource;
import dev.cistern.common.message.SealedFile;
import dev.cistern.common.message.SnapshotRef;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.DiskImage;
import dev.cistern.image.ImageFormat;
import dev.cistern.image.ImageInfo;
import dev.cistern.image.Images;
import dev.cistern.image.OpenGate;
import dev.cistern.image.OpenOptions;
import dev.cistern.image.lock.ImageLock;
import dev.cistern.image.qcow2.Qcow2Inspector;
import dev.cistern.image.storage.Access;
import dev.cistern.image.storage.Directory;
import dev.cistern.image.storage.FileStorage;
import dev.cistern.worker.execution.DroppedException;
import dev.cistern.worker.folder.Copies;
import dev.cistern.worker.folder.PoolFolder;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/**
 * The image of a volume that is read to make another, or a file that is no volume's. Until it is
 * closed no command changes the volume, and nobody who honours QEMU's locks writes to the file.
 */
final class SourceImage implements Closeable {
    private final ImageSource source;
    private final PoolFolder pool;
    private final ImageFile image;
    private final FileStorage file;
    private final Deque<Closeable> held;

    private SourceImage(
            ImageSource source,
            PoolFolder pool,
            ImageFile image,
            FileStorage file,
            Deque<Closeable> held) {
        this.source = source;
        this.pool = pool;
        this.image = image;
        this.file = file;
        this.held = held;
    }

    /**
     * Opens it.
     *
     * @throws ProblemException if it is not there, or another file is
     * @throws dev.cistern.image.ImageInUseException if someone writes to it
     */
    static SourceImage open(ImageSource source, VolumeWork volume) throws IOException {
        var held = new ArrayDeque<Closeable>();
        try {
            var pool = volume.pool();
            if (!source.pool().equals(pool.place())) {
                var other = PoolFolder.openOther(source.pool());
                held.push(other::close);
                pool = other;
            }
            if (source.volumeId() == null) {
                requireThere(source.image().name(), pool);
            } else {
                held.push(lock(source.volumeId(), pool));
            }
            var image = ImageFile.of(source.image(), pool.files(), volume.keys());
            var file = pool.files().openFile(source.image().name(), Access.READ);
            held.push(file);
            held.push(ImageLock.reader(file));
            image.requireSame();
            return new SourceImage(source, pool, image, file, held);
        } catch (IOException | RuntimeException e) {
            close(held);
            throw e;
        }
    }

    /** There is no volume to which its absence would have to be put down. */
    private static void requireThere(String name, PoolFolder pool) throws IOException {
        if (pool.files().status(name).isEmpty()) {
            throw LookAtFile.notFound(name, pool.files());
        }
    }

    private static Closeable lock(UUID volume, PoolFolder pool) throws IOException {
        return pool.lockShared(volume)
                .orElseThrow(
                        () -> new DroppedException("another has the lock of volume " + volume));
    }

    /** Keeps other files of the image as they are until this is closed. */
    void holdAlso(List<String> extents) throws IOException {
        held.push(HeldExtents.of(folder(), extents));
    }

    /** The pool's folder that it is in. */
    Directory folder() {
        return image.folder();
    }

    /** Its file. */
    FileStorage file() {
        return file;
    }

    String name() {
        return source.image().name();
    }

    ImageFormat format() {
        return image.format();
    }

    /** What it says of itself. */
    ImageInfo info() throws IOException {
        return image.info();
    }

    /**
     * A file that another image can be over.
     *
     * @param file its name in the pool's folder
     * @param capacity bytes that a guest sees in it
     */
    record Linked(String file, long capacity) {}

    /**
     * The file that has what a linked clone reads: the volume's own, or the sealed one of a
     * snapshot.
     *
     * @throws ProblemException if the snapshot is no file in the pool's folder
     */
    Linked linked() throws IOException {
        var snapshot = source.snapshot();
        if (snapshot == null) {
            return new Linked(name(), info().capacity());
        }
        var sealed = sealed(snapshot);
        pool.sealedFiles().require(sealed, snapshot, name());
        return new Linked(sealed, Images.info(folder(), sealed, format()).capacity());
    }

    private String sealed(SnapshotRef snapshot) {
        var volume = Objects.requireNonNull(source.volumeId(), "a file alone has no snapshots");
        return SealedFile.name(volume, snapshot.id(), format().text());
    }

    /**
     * What is to be read of it, as a guest sees it, or saw it in a snapshot.
     *
     * @return the image, which is closed before this is
     */
    DiskImage content() throws IOException {
        var options = image.options(Access.READ);
        var snapshot = source.snapshot();
        if (snapshot == null) {
            return Images.open(folder(), name(), options);
        }
        var sealed = sealed(snapshot);
        if (pool.sealedFiles().find(sealed).isPresent()) {
            return Images.open(folder(), sealed, options);
        }
        if (format() != ImageFormat.QCOW2) {
            return copy(Objects.requireNonNull(source.volumeId()), snapshot, options);
        }
        var id = SnapshotChange.idOf(name(), Qcow2Inspector.snapshots(file), snapshot);
        return Images.openSnapshot(folder(), name(), id, options.gate(), options.secrets());
    }

    private DiskImage copy(UUID volume, SnapshotRef snapshot, OpenOptions options)
            throws IOException {
        pool.copies().require(volume, snapshot, name());
        try (var copies = pool.copies().of(volume)) {
            var extents = OpenGate.folder(copies);
            var gate = options.gate();
            return Images.open(
                    copies,
                    Copies.name(snapshot.id()),
                    options.through(
                            (reference, access, image) ->
                                    Copies.isExtent(reference, snapshot.id())
                                            ? extents.open(reference, access, image)
                                            : gate.open(reference, access, image)));
        }
    }

    @Override
    public void close() throws IOException {
        close(held);
    }

    private static void close(Deque<Closeable> held) throws IOException {
        while (!held.isEmpty()) {
            held.pop().close();
        }
    }
}
