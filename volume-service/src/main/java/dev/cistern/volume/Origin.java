package dev.cistern.volume;

import dev.cistern.common.message.FileFacts;
import dev.cistern.common.message.ImageEncryption;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import org.jspecify.annotations.Nullable;

/**
 * The image that a clone is made of: a volume's, or a file that is no volume.
 *
 * @param what it is, in the words of a message
 * @param options beyond its format
 * @param encryption of its content; null if it is not encrypted
 * @param nameSecret how it is told which secret opens it, in the words of a message
 */
public record Origin(
        String what,
        String format,
        ImageOptions options,
        @Nullable ImageEncryption encryption,
        String nameSecret) {

    /** A volume's image, of which these options are known. */
    public static Origin of(Volume volume, ImageOptions options) {
        return new Origin(
                "volume '%s'".formatted(volume.name()),
                volume.format(),
                options,
                volume.encryption(),
                "name one (vol-secret)");
    }

    /**
     * A file as a worker has seen it.
     *
     * @throws ProblemException if it is no image by itself, or cannot be read as one
     */
    public static Origin of(FileFacts file) {
        if (file.partOf() != null) {
            throw refused(file, "is a part of the image '%s': clone that".formatted(file.partOf()));
        }
        if (file.problem() != null) {
            throw refused(file, "cannot be read as an image: " + file.problem());
        }
        var options = file.options() == null ? ImageOptions.USUAL : file.options();
        return new Origin(
                "file '%s'".formatted(file.name()),
                file.format(),
                options.encrypted(null),
                options.encryption(),
                "refresh the pool, which makes it a volume, and name one (vol-secret)");
    }

    private static ProblemException refused(FileFacts file, String why) {
        return new ProblemException(
                ProblemCode.UNSUPPORTED, "file '%s' %s".formatted(file.name(), why));
    }

    /**
     * Refuses what needs the content in the clear.
     *
     * @throws ProblemException if it is encrypted and nobody has said with which secret
     */
    public void requireReadable() {
        if (encryption != null && encryption.secret() == null) {
            throw new ProblemException(
                    ProblemCode.SECRET_UNAVAILABLE,
                    "%s is encrypted, and no secret of it is known: %s, or clone it in full as it is"
                            .formatted(what, nameSecret));
        }
    }
}
