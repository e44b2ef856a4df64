package dev.cistern.worker.folder;

import dev.cistern.common.message.Permissions;
import dev.cistern.image.ImageException;
import dev.cistern.image.ImageFormat;
import dev.cistern.image.ImageInfo;
import dev.cistern.image.Images;
import dev.cistern.image.OpenGate;
import dev.cistern.image.OpenOptions;
import dev.cistern.image.Secrets;
import dev.cistern.image.storage.Access;
import dev.cistern.image.storage.Directory;
import dev.cistern.image.storage.FileStatus;
import dev.cistern.image.storage.FileStorage;
import dev.cistern.image.storage.NoSpaceException;
import dev.cistern.worker.execution.DroppedException;
import dev.cistern.worker.folder.JournalEntry.FileRef;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What one attempt makes before it publishes it: the file by which an image is opened, and the
 * others that it has, if it is one of several files. Those are published first.
 */
public final class StagedFiles implements AutoCloseable {
    private static final String IMAGE = "image";
    private static final String EXTENT = "extent-";

    private final Directory staging;
    private final String name;
    private final Directory folder;

    /** What they are to be called in the pool's folder, by their number here. */
    private final List<String> extents = new ArrayList<>();

    StagedFiles(Directory staging, String name, Directory folder) {
        this.staging = staging;
        this.name = name;
        this.folder = folder;
    }

    /** A new, empty file for the image; owner and mode reach the disk with its first sync. */
    public FileStorage createImage(Permissions permissions) throws IOException {
        return create(IMAGE, permissions);
    }

    /**
     * Has a file of another folder as the image, without copying it; from then on it has two names.
     *
     * @return false if they are not on one file system
     */
    public boolean linkImage(Directory from, String file) throws IOException {
        return link(from, file, IMAGE);
    }

    private boolean link(Directory from, String file, String as) throws IOException {
        if (from.status().device() != folder.status().device()) {
            return false;
        }
        try {
            from.link(file, folder, as);
            return true;
        } catch (NoSuchFileException | NoSpaceException e) {
            throw e;
        } catch (FileSystemException _) {
            return false;
        }
    }

    /**
     * A new, empty file of an image of several.
     *
     * @param target name that it is to have in the pool's folder
     */
    public FileStorage createExtent(String target, Permissions permissions) throws IOException {
        var file = create(EXTENT + extents.size(), permissions);
        extents.add(target);
        return file;
    }

    private FileStorage create(String own, Permissions permissions) throws IOException {
        var file = folder.createFile(own, permissions.mode());
        try {
            Ownership.apply(file, permissions);
            return file;
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    /**
     * Has a file of another folder as one of an image of several, without copying it.
     *
     * @param target name that it is to have in the pool's folder
     * @return false if they are not on one file system
     */
    public boolean linkExtent(Directory from, String file, String target) throws IOException {
        if (!link(from, file, EXTENT + extents.size())) {
            return false;
        }
        extents.add(target);
        return true;
    }

    /** Makes and opens the other files of an image by the names that they are to have. */
    public OpenGate extents(Permissions permissions) {
        return new OpenGate() {
            @Override
            public FileStorage open(String reference, Access access, String image)
                    throws IOException {
                var number = extents.indexOf(reference);
                if (number < 0) {
                    throw new ImageException.Forbidden(
                            "%s: names the file '%s', which was not made with it"
                                    .formatted(image, reference));
                }
                return folder.openFile(EXTENT + number, access);
            }

            @Override
            public FileStorage create(String reference, FileStatus like, String image)
                    throws IOException {
                return createExtent(reference, permissions);
            }
        };
    }

    /** The image's file as it is to be called, and then the others that the image has. */
    public List<FileRef> files(String target) throws IOException {
        var files = new ArrayList<FileRef>();
        files.add(new FileRef(target, image().inode()));
        for (var number = 0; number < extents.size(); number++) {
            var status = folder.status(EXTENT + number).orElseThrow(StagedFiles::withdrawn);
            files.add(new FileRef(extents.get(number), status.inode()));
        }
        return files;
    }

    /** The format that the image's first bytes tell; raw if they tell none. */
    public ImageFormat probe() throws IOException {
        try (var file = folder.openFile(IMAGE, Access.READ)) {
            return Images.probe(file);
        }
    }

    /** How the image's file is called in messages. */
    public String imagePath() {
        return folder.pathOf(IMAGE);
    }

    /**
     * Looks at the image as at bytes from outside, through which no other file is opened. One that
     * is encrypted is opened if a secret is known.
     *
     * @throws dev.cistern.image.ImageException if it is none of that format, or none that can be
     *     opened
     */
    public ImageInfo inspect(ImageFormat format, Secrets secrets) throws IOException {
        var info = Images.info(folder, IMAGE, format);
        if (info.backingFile().isEmpty() && (!isEncrypted(info) || secrets.at(0).isPresent())) {
            var options =
                    new OpenOptions(Optional.of(format), Access.READ, OpenGate.shut(), secrets);
            Images.open(folder, IMAGE, options.withoutLocks()).close();
        }
        return info;
    }

    private static boolean isEncrypted(ImageInfo info) {
        return info.details() instanceof ImageInfo.Details.Qcow2 qcow2 && qcow2.encrypted();
    }

    /** The image's status. */
    public FileStatus image() throws IOException {
        return folder.status(IMAGE).orElseThrow(StagedFiles::withdrawn);
    }

    /**
     * Gives the other files of the image their names in the pool, durably; of an image that is all
     * in one file there are none. Comes before the image has its own name.
     *
     * @throws java.nio.file.FileAlreadyExistsException if a file has one of them
     * @throws DroppedException if another attempt has withdrawn them
     */
    public void publishExtents(Directory pool) throws IOException {
        if (extents.isEmpty()) {
            return;
        }
        requireInPlace();
        try {
            for (var number = 0; number < extents.size(); number++) {
                folder.renameNoReplace(EXTENT + number, pool, extents.get(number));
            }
        } catch (NoSuchFileException _) {
            throw withdrawn();
        }
        pool.sync();
    }

    /**
     * Gives the image its name in the pool, unless a file has that name.
     *
     * @throws java.nio.file.FileAlreadyExistsException if one has
     * @throws DroppedException if another attempt has withdrawn it
     */
    public void publish(Directory pool, String target) throws IOException {
        requireInPlace();
        try {
            folder.renameNoReplace(IMAGE, pool, target);
        } catch (NoSuchFileException _) {
            throw withdrawn();
        }
    }

    /**
     * Gives the image a name in the pool that another file has, which loses it.
     *
     * @throws DroppedException if another attempt has withdrawn it
     */
    public void replace(Directory pool, String target) throws IOException {
        requireInPlace();
        try {
            folder.rename(IMAGE, pool, target);
        } catch (NoSuchFileException _) {
            throw withdrawn();
        }
    }

    /**
     * Asked before anything is written down about it.
     *
     * @throws DroppedException if another attempt has withdrawn it
     */
    public void requireInPlace() throws IOException {
        if (!inPlace()) {
            throw withdrawn();
        }
    }

    private boolean inPlace() throws IOException {
        var here = staging.status(name);
        return here.isPresent() && here.get().inode() == folder.status().inode();
    }

    private static DroppedException withdrawn() {
        return new DroppedException("another attempt has withdrawn the image");
    }

    /** Removes the folder, once its files are published. */
    public void discard() throws IOException {
        if (inPlace()) {
            staging.removeDirectory(name);
        }
    }

    @Override
    public void close() throws IOException {
        folder.close();
    }
}
