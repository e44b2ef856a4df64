package dev.cistern.image;

import java.io.IOException;
import java.util.Optional;

/** Opens the image below another, for reading. */
@FunctionalInterface
public interface BackingOpener {
    /**
     * Opens it.
     *
     * @param reference the file's name, as the image above has it
     * @param format as the image above has it
     * @param image above, for messages
     */
    DiskImage open(String reference, Optional<String> format, String image) throws IOException;
}
