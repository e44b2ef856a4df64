package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.message.SealedFile;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.ImageFormat;
import dev.cistern.image.ImageInfo;
import dev.cistern.image.Images;
import dev.cistern.image.VmdkDeltas;
import dev.cistern.image.qcow2.Qcow2Options;
import dev.cistern.image.storage.Directory;
import dev.cistern.image.storage.FileStorage;
import dev.cistern.worker.folder.StagedFiles;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * A new, empty image over a sealed file of its volume, of the same format, in the place of the old
 * image.
 */
final class Overlay {
    private static final String QCOW2 = ImageFormat.QCOW2.text();

    /** Of vmdk, what VMware lays deltas over, and what is in one file. */
    private static final String VMDK = "monolithicSparse";

    private Overlay() {}

    /**
     * Makes it, with the sealed file's capacity and options; synced when this returns.
     *
     * @param old the image in whose place it comes
     * @param below name of the file below
     * @param sealed the same once it is sealed
     */
    static void make(ImageFile old, String below, String sealed, StagedFiles staged)
            throws IOException {
        var name = old.file().name();
        try (var file = staged.createImage(old.permissions())) {
            switch (old.format()) {
                case QCOW2 ->
                        lay(old, Images.info(old.folder(), below, old.format()), sealed, file);
                case VMDK -> VmdkDeltas.create(old.folder(), below, sealed, name, file);
                case RAW -> throw new IllegalStateException(name + " is raw, and over nothing");
            }
            file.sync();
        }
    }

    private static void lay(ImageFile old, ImageInfo below, String sealed, FileStorage file)
            throws IOException {
        var options =
                Objects.requireNonNullElse(Facts.options(below.details()), ImageOptions.USUAL);
        new NewImage(old.file().name(), QCOW2, options, old.keys())
                .createOver(new Qcow2Options.Backing(sealed, QCOW2), below.capacity(), file);
    }

    /** The name of the sealed file that a command is about. */
    static String name(Command.OnSnapshot command) {
        return SealedFile.name(
                command.volumeId(), command.snapshot().id(), command.image().format());
    }

    /** Has an image say what its file is called, if it says such a thing. */
    static void named(Directory folder, String name, String format) throws IOException {
        if (format.equals(ImageFormat.VMDK.text())) {
            VmdkDeltas.name(folder, name);
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
        SingleFile.require(image, info, true);
        reason(info.details())
                .ifPresent(
                        reason -> {
                            throw new ProblemException(
                                    ProblemCode.VOLUME_STATE,
                                    "%s %s: %s".formatted(image, reason, otherwise));
                        });
    }

    private static Optional<String> reason(ImageInfo.Details details) {
        return switch (details) {
            case ImageInfo.Details.Raw _ -> Optional.of("is a raw image");
            case ImageInfo.Details.Vmdk vmdk ->
                    VMDK.equals(vmdk.createType())
                            ? Optional.empty()
                            : Optional.of("is a vmdk image of type " + vmdk.createType());
            case ImageInfo.Details.Qcow2 qcow2 -> {
                if (qcow2.snapshots() > 0) {
                    yield Optional.of("has %d snapshots inside".formatted(qcow2.snapshots()));
                }
                if (!qcow2.bitmaps().isEmpty()) {
                    yield Optional.of("has %d bitmaps".formatted(qcow2.bitmaps().size()));
                }
                yield qcow2.encrypted() ? Optional.of("is encrypted") : Optional.empty();
            }
        };
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
