package dev.cistern.image.storage;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** The exceptions behind the numbers of errno(3). */
final class Failures {
    private Failures() {}

    /**
     * The exception for this thread's last failure.
     *
     * @param what was tried, for example {@code open}
     * @param name of the file
     */
    static IOException of(String what, String name) {
        return of(Posix.errno(), what, name);
    }

    static IOException of(int errno, String what, String name) {
        return switch (errno) {
            case Posix.ENOENT -> new NoSuchFileException(name);
            case Posix.EEXIST -> new FileAlreadyExistsException(name);
            case Posix.EACCES, Posix.EPERM ->
                    new AccessDeniedException(name, null, what + " is not permitted");
            case Posix.ENOTDIR -> new NotDirectoryException(name);
            case Posix.ENOTEMPTY -> new DirectoryNotEmptyException(name);
            case Posix.ELOOP -> new FileSystemLoopException(name);
            case Posix.ENOSPC, Posix.EDQUOT -> new NoSpaceException(name);
            case Posix.EROFS -> new ReadOnlyException(name);
            default ->
                    new FileSystemException(
                            name, null, "%s failed with errno %d".formatted(what, errno));
        };
    }
}
