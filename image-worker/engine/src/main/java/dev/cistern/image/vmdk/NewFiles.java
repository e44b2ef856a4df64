package dev.cistern.image.vmdk;

import dev.cistern.image.storage.Storage;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;

/** Makes the files of which an image consists. */
@FunctionalInterface
public interface NewFiles {
    /**
     * Empty storage, which is the caller's to close.
     *
     * @param name without a path
     * @throws FileAlreadyExistsException if there is a file of that name which is not to be reused
     */
    Storage create(String name) throws IOException;
}
