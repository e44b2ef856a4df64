package dev.cistern.image.storage;

import java.nio.file.FileSystemException;

/** The file system is mounted read-only (EROFS). */
public final class ReadOnlyException extends FileSystemException {
    private static final long serialVersionUID = 1L;

    /** The file that could not be changed. */
    public ReadOnlyException(String file) {
        super(file, null, "the file system is read-only");
    }
}
