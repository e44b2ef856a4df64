package dev.cistern.image.qcow2;

import dev.cistern.image.BackingOpener;
import dev.cistern.image.DataFileOpener;
import dev.cistern.image.ImageException;
import dev.cistern.image.storage.Storage;

/**
 * What an image may need besides its own file.
 *
 * @param below opens the image below
 * @param dataFile opens the file with the guest's data
 */
public record Surroundings(BackingOpener below, DataFileOpener dataFile) {
    /** An image below and nothing else. */
    public static Surroundings below(BackingOpener below) {
        return new Surroundings(below, Surroundings::refuse);
    }

    /** The same with a data file. */
    public Surroundings withDataFile(DataFileOpener opener) {
        return new Surroundings(below, opener);
    }

    private static Storage refuse(String reference, boolean writable, String image)
            throws ImageException.Forbidden {
        throw new ImageException.Forbidden(
                "%s: has its data in the file '%s'; no other file may be opened for it"
                        .formatted(image, reference));
    }
}
