package dev.cistern.image;

import dev.cistern.image.storage.Access;
import java.util.Optional;

/**
 * How an image is opened.
 *
 * @param format empty to tell it by the content; a guest that can write a raw image can make it
 *     look like anything, so a format that is known should be given
 * @param gate for the files that the image names
 * @param secrets of encrypted images
 * @param locked whether QEMU's locks are taken; without them, for reading only, others may write
 *     meanwhile, and what is read may be neither old nor new
 */
public record OpenOptions(
        Optional<ImageFormat> format,
        Access access,
        OpenGate gate,
        Secrets secrets,
        boolean locked) {
    /** Refuses to write without a lock. */
    public OpenOptions {
        if (!locked && access == Access.READ_WRITE) {
            throw new IllegalArgumentException("an image is written to under a lock only");
        }
    }

    /** Options for images under their locks. */
    public OpenOptions(
            Optional<ImageFormat> format, Access access, OpenGate gate, Secrets secrets) {
        this(format, access, gate, secrets, true);
    }

    /** The same for images that are not encrypted. */
    public OpenOptions(Optional<ImageFormat> format, Access access, OpenGate gate) {
        this(format, access, gate, Secrets.none());
    }

    /** For reading, with no other files. */
    public static OpenOptions reading(ImageFormat format) {
        return new OpenOptions(Optional.of(format), Access.READ, OpenGate.shut());
    }

    /** For reading and writing, with no other files. */
    public static OpenOptions writing(ImageFormat format) {
        return new OpenOptions(Optional.of(format), Access.READ_WRITE, OpenGate.shut());
    }

    /** The same with a gate. */
    public OpenOptions through(OpenGate other) {
        return new OpenOptions(format, access, other, secrets, locked);
    }

    /** The same with passphrases. */
    public OpenOptions with(Secrets other) {
        return new OpenOptions(format, access, gate, other, locked);
    }

    /** The same, whoever writes to the image meanwhile. */
    public OpenOptions withoutLocks() {
        return new OpenOptions(format, access, gate, secrets, false);
    }
}
