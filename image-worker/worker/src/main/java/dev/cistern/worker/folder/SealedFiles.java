package dev.cistern.worker.folder;

import dev.cistern.common.message.SealedFile;
import dev.cistern.common.message.SnapshotRef;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.storage.Directory;
import dev.cistern.image.storage.FileStatus;
import dev.cistern.image.storage.NoSpaceException;
import dev.cistern.worker.folder.JournalEntry.FileRef;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What images were, as files in the pool's folder which others are over ({@link SealedFile}). A
 * volume that has any has a folder among the {@link Copies} too, so that of the others nobody looks
 * for them.
 */
public final class SealedFiles {
    private final Directory files;
    private final Copies copies;

    SealedFiles(Directory files, Copies copies) {
        this.files = files;
        this.copies = copies;
    }

    /**
     * Gives a volume's file a second name, that of a snapshot; on disk when this returns.
     *
     * @throws ProblemException if the file system has no second names, or another file has it
     */
    public void seal(FileRef image, UUID volume, String name) throws IOException {
        copies.makeRoom(volume);
        try {
            files.link(image.name(), files, name);
        } catch (FileAlreadyExistsException e) {
            if (!isThere(name, image.inode())) {
                throw e;
            }
        } catch (NoSuchFileException | NoSpaceException e) {
            throw e;
        } catch (FileSystemException e) {
            throw new ProblemException(
                    ProblemCode.UNSUPPORTED,
                    "the file system of %s cannot give a file two names, as an external snapshot needs (%s): take one inside of the image"
                            .formatted(files.path(), e.getReason()));
        }
        files.sync();
    }

    /** Takes the second name back, if the volume's file still has the first. */
    public void unseal(String image, String name) throws IOException {
        var sealed = files.status(name);
        if (sealed.isPresent() && isThere(image, sealed.get().inode())) {
            files.unlink(name);
            files.sync();
        }
    }

    private boolean isThere(String name, long inode) throws IOException {
        return files.status(name).map(status -> status.inode() == inode).orElse(false);
    }

    /** The file of a snapshot; empty if there is none. */
    public Optional<FileStatus> find(String name) throws IOException {
        return files.status(name);
    }

    /**
     * Tells one that is there from one that someone has removed.
     *
     * @param image that it is of, for messages
     * @throws ProblemException if it is not there
     */
    public void require(String name, SnapshotRef snapshot, String image) throws IOException {
        if (find(name).isEmpty()) {
            throw new ProblemException(
                    ProblemCode.SNAPSHOT_NOT_FOUND,
                    "the file %s of snapshot '%s' of %s has been removed from the pool's folder: put it back, or delete the snapshot"
                            .formatted(name, snapshot.name(), image));
        }
    }

    /** The names of all that a volume has. */
    public List<String> of(UUID volume) throws IOException {
        var prefix = SealedFile.prefix(volume);
        return files.list().stream().filter(name -> name.startsWith(prefix)).sorted().toList();
    }

    /** Removes the file of a snapshot; on disk when this returns. */
    public void drop(String name) throws IOException {
        if (files.unlinkIfExists(name)) {
            files.sync();
        }
    }

    /** Removes all that a volume has; on disk when this returns. */
    public void dropAll(UUID volume) throws IOException {
        if (!copies.hasRoom(volume)) {
            return;
        }
        for (var name : of(volume)) {
            var _ = files.unlinkIfExists(name);
        }
        files.sync();
    }
}
