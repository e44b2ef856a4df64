package dev.cistern.image.qcow2;

import dev.cistern.image.BackingOpener;
import dev.cistern.image.DataFileOpener;
import dev.cistern.image.ImageException;
import dev.cistern.image.Secret;
import dev.cistern.image.storage.Storage;
import java.util.Optional;

/**
 * What an image may need besides its own file.
 *
 * @param below opens the image below
 * @param dataFile opens the file with the guest's data
 * @param secret the passphrase if guest data are encrypted; needed until the image is open
 */
public record Surroundings(BackingOpener below, DataFileOpener dataFile, Optional<Secret> secret) {
    /** An image below and nothing else. */
    public static Surroundings below(BackingOpener below) {
        return new Surroundings(below, Surroundings::refuse, Optional.empty());
    }

    /** The same with a data file. */
    public Surroundings withDataFile(DataFileOpener opener) {
        return new Surroundings(below, opener, secret);
    }

    /** The same with a passphrase. */
    public Surroundings withSecret(Optional<Secret> passphrase) {
        return new Surroundings(below, dataFile, passphrase);
    }

    private static Storage refuse(String reference, boolean writable, String image)
            throws ImageException.Forbidden {
        throw new ImageException.Forbidden(
                "%s: has its data in the file '%s'; no other file may be opened for it"
                        .formatted(image, reference));
    }
}
