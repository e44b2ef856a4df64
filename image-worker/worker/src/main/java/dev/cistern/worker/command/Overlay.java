package dev.cistern.worker.command;

import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.message.SealedFile;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.ImageFormat;
import dev.cistern.image.ImageInfo;
import dev.cistern.image.qcow2.Qcow2Options;
import dev.cistern.worker.folder.StagedFiles;
import java.io.IOException;
import java.util.Objects;
import java.util.UUID;

/** A new, empty qcow2 image over a sealed file of its volume, in the place of the old image. */
final class Overlay {
    private static final String FORMAT = ImageFormat.QCOW2.text();

    private Overlay() {}

    /**
     * Makes it, with the sealed file's capacity and options; synced when this returns.
     *
     * @param old the image in whose place it comes
     * @param sealed name of the file below
     * @param below what that file says of itself
     */
    static void make(ImageFile old, String sealed, ImageInfo below, StagedFiles staged)
            throws IOException {
        var options =
                Objects.requireNonNullElse(Facts.options(below.details()), ImageOptions.USUAL);
        try (var file = staged.createImage(old.permissions())) {
            new NewImage(old.file().name(), FORMAT, options)
                    .createOver(new Qcow2Options.Backing(sealed, FORMAT), below.capacity(), file);
            file.sync();
        }
    }

    /**
     * Refuses an image that has more than its content, or whose content is not for an image over it
     * to read.
     *
     * @param image name of its file
     * @param otherwise the way out
     */
    static void requirePlain(String image, ImageInfo info, String otherwise) {
        if (!(info.details() instanceof ImageInfo.Details.Qcow2 qcow2)) {
            throw refused(image, "is a %s image".formatted(info.format().text()), otherwise);
        }
        SingleFile.require(image, info, true);
        if (qcow2.snapshots() > 0) {
            throw refused(image, "has %d snapshots inside".formatted(qcow2.snapshots()), otherwise);
        }
        if (!qcow2.bitmaps().isEmpty()) {
            throw refused(image, "has %d bitmaps".formatted(qcow2.bitmaps().size()), otherwise);
        }
        if (qcow2.encrypted()) {
            throw refused(image, "is encrypted", otherwise);
        }
    }

    private static ProblemException refused(String image, String why, String otherwise) {
        return new ProblemException(
                ProblemCode.VOLUME_STATE, "%s %s: %s".formatted(image, why, otherwise));
    }

    /** Refuses that a file is copied whose content is in its volume's sealed files too. */
    static void requireNone(String image, UUID volume, ImageInfo info) {
        if (info.backingFile()
                .filter(file -> file.startsWith(SealedFile.prefix(volume)))
                .isPresent()) {
            throw new ProblemException(
                    ProblemCode.VOLUME_STATE,
                    "%s is over an external snapshot of its own, which a copy of the file must not be: clone it in full"
                            .formatted(image));
        }
    }
}
