package dev.cistern.image.storage;

import java.nio.file.FileSystemException;

/** The file system, or a quota on it, is full (ENOSPC, EDQUOT). */
public final class NoSpaceException extends FileSystemException {
    private static final long serialVersionUID = 1L;

    /** The file that could not grow. */
    public NoSpaceException(String file) {
        super(file, null, "no space left");
    }
}
