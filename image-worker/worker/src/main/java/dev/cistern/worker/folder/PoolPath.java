package dev.cistern.worker.folder;

import dev.cistern.common.message.PoolFigures;
import dev.cistern.common.message.PoolPlace;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.storage.Directory;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

/** Ways to a pool's folder. */
public final class PoolPath {
    private PoolPath() {}

    /**
     * The path, checked once more: services check it too, but what the worker writes to is the
     * worker's to answer for.
     *
     * @throws ProblemException if it is not absolute or not in its plainest form
     */
    public static Path of(PoolPlace place) {
        var path = Path.of(place.path());
        if (!path.isAbsolute() || !path.normalize().equals(path)) {
            throw new ProblemException(
                    ProblemCode.INVALID_REQUEST,
                    "the pool's path is %s: it must be absolute, without . and .."
                            .formatted(place.path()));
        }
        return path;
    }

    /**
     * Opens the folder, whoever it belongs to.
     *
     * @throws ProblemException with {@link ProblemCode#POOL_INACCESSIBLE} if there is none
     */
    public static Directory open(PoolPlace place) throws IOException {
        try {
            return Directory.open(of(place));
        } catch (NoSuchFileException _) {
            throw new ProblemException(
                    ProblemCode.POOL_INACCESSIBLE,
                    "the folder %s does not exist: build the pool, or mount its file system"
                            .formatted(place.path()));
        } catch (NotDirectoryException _) {
            throw new ProblemException(
                    ProblemCode.POOL_INACCESSIBLE,
                    "%s is not a folder: a pool needs one".formatted(place.path()));
        }
    }

    /** libvirt's three numbers of the file system that a folder is on, and whose it is. */
    public static PoolFigures figures(Directory folder) throws IOException {
        var figures = folder.fileSystem();
        return new PoolFigures(
                figures.capacity(),
                figures.allocation(),
                figures.available(),
                Ownership.of(folder.status()));
    }
}
