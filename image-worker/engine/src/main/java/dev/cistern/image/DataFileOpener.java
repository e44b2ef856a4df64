package dev.cistern.image;

import dev.cistern.image.storage.Storage;
import java.io.IOException;

/** Opens the file with the data of an image that has them in a file of their own. */
@FunctionalInterface
public interface DataFileOpener {
    /**
     * Opens it.
     *
     * @param reference the file's name, as the image has it
     * @param image that names it, for messages
     */
    Storage open(String reference, boolean writable, String image) throws IOException;
}
