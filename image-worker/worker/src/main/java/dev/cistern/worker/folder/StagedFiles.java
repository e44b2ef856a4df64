package dev.cistern.worker.folder;

import dev.cistern.common.message.Permissions;
import dev.cistern.image.storage.Directory;
import dev.cistern.image.storage.FileStatus;
import dev.cistern.image.storage.FileStorage;
import dev.cistern.image.storage.NoSpaceException;
import dev.cistern.worker.execution.DroppedException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** What one attempt makes before it publishes it. */
public final class StagedFiles implements AutoCloseable {
    private static final String IMAGE = "image";

    private final Directory staging;
    private final String name;
    private final Directory folder;

    StagedFiles(Directory staging, String name, Directory folder) {
        this.staging = staging;
        this.name = name;
        this.folder = folder;
    }

    /** A new, empty file for the image; owner and mode reach the disk with its first sync. */
    public FileStorage createImage(Permissions permissions) throws IOException {
        var file = folder.createFile(IMAGE, permissions.mode());
        try {
            Ownership.apply(folder, IMAGE, permissions);
            return file;
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    /**
     * Has a file of another folder as the image, without copying it; from then on it has two names.
     *
     * @return false if they are not on one file system
     */
    public boolean linkImage(Directory from, String file) throws IOException {
        if (from.status().device() != folder.status().device()) {
            return false;
        }
        try {
            from.link(file, folder, IMAGE);
            return true;
        } catch (NoSuchFileException | NoSpaceException e) {
            throw e;
        } catch (FileSystemException _) {
            return false;
        }
    }

    /** The image's status. */
    public FileStatus image() throws IOException {
        return folder.status(IMAGE).orElseThrow(StagedFiles::withdrawn);
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
