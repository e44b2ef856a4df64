package dev.cistern.worker.command;

import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.ImageInUseException;
import dev.cistern.image.Images;
import dev.cistern.image.storage.Access;
import dev.cistern.image.storage.Directory;
import dev.cistern.worker.folder.JournalEntry.FileRef;
import dev.cistern.worker.folder.PoolFolder;
import dev.cistern.worker.folder.VolumeRecord;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The files that are one image, held with QEMU's locks so that no virtual machine can open them
 * while they are being removed or get other names: the file itself, and {@linkplain Extents those}
 * of a vmdk.
 */
final class ImageSet implements Closeable {
    private static final String VMDK = "vmdk";

    private final List<FileRef> files = new ArrayList<>();
    private final List<Closeable> locks = new ArrayList<>();

    private ImageSet() {}

    /**
     * Locks the files of an image.
     *
     * @param format of the image
     * @param pool whose folder it is in
     * @throws ProblemException with {@link ProblemCode#VOLUME_IN_USE} if one is open elsewhere
     */
    static ImageSet locked(FileRef image, String format, PoolFolder pool) throws IOException {
        return locked(
                Stream.concat(Stream.of(image), extents(image, format, pool).stream()).toList(),
                pool);
    }

    /** The same for a volume of whose format nothing but its record tells. */
    static ImageSet locked(FileRef image, VolumeWork volume) throws IOException {
        var format = volume.volume().map(VolumeRecord::format);
        var guess = image.name().endsWith("." + VMDK) ? VMDK : "raw";
        return locked(image, format.orElse(guess), volume.pool());
    }

    /** Locks those of an image's files that are not the one by which it is opened. */
    static ImageSet extentsLocked(FileRef image, String format, PoolFolder pool)
            throws IOException {
        return locked(extents(image, format, pool), pool);
    }

    private static List<FileRef> extents(FileRef image, String format, PoolFolder pool)
            throws IOException {
        return format.equals(VMDK)
                ? Extents.of(pool.files(), image.name(), pool)
                : List.<FileRef>of();
    }

    private static ImageSet locked(List<FileRef> files, PoolFolder pool) throws IOException {
        var set = new ImageSet();
        try {
            for (var file : files) {
                set.add(pool.files(), file);
            }
            return set;
        } catch (IOException | RuntimeException e) {
            set.close();
            throw e;
        }
    }

    private void add(Directory folder, FileRef file) throws IOException {
        var storage = folder.openFile(file.name(), Access.READ_WRITE);
        locks.add(storage);
        try {
            locks.add(Images.lockForRemoval(storage));
        } catch (ImageInUseException e) {
            throw new ProblemException(ProblemCode.VOLUME_IN_USE, String.valueOf(e.getMessage()));
        }
        files.add(file);
    }

    /** The files, the one that makes the image first. */
    List<FileRef> files() {
        return List.copyOf(files);
    }

    /** Whether the image has more than one. */
    boolean isSeveral() {
        return files.size() > 1;
    }

    @Override
    public void close() throws IOException {
        for (var lock : locks.reversed()) {
            lock.close();
        }
    }
}
