package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.ImageException;
import dev.cistern.image.ImageFormat;
import dev.cistern.image.ImageInfo;
import dev.cistern.image.Secrets;
import dev.cistern.worker.folder.StagedFiles;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;

/**
 * What a client has uploaded, before it takes the place of a volume's image. What is wrong with it
 * is the client's to change, so it is told of the volume and not of the file that holds the bytes.
 *
 * @param format of the volume
 */
record UploadedImage(Command.UploadVolume command, ImageFormat format, StagedFiles staged) {

    /**
     * Refuses what is no image of the volume's format, or one that the volume cannot have.
     *
     * @param secrets that open it if it is encrypted
     */
    void require(Secrets secrets) throws IOException {
        requireFormat();
        var info = inspect(secrets);
        SingleFile.require("what was uploaded", info, true);
        requireNoBase(info);
        requireCapacity(info);
    }

    /** Whatever a file holds is the content of a raw volume. */
    private void requireFormat() throws IOException {
        var found = staged.probe();
        if (format != ImageFormat.RAW && format != found) {
            throw refused(
                    "what was uploaded to %s is no %s image: it begins as %s does; upload one of that format, or convert the volume first"
                            .formatted(
                                    command.image().name(),
                                    format.text(),
                                    found == ImageFormat.RAW
                                            ? "no image of a known format"
                                            : "a %s image".formatted(found.text())));
        }
    }

    private ImageInfo inspect(Secrets secrets) throws IOException {
        try {
            return staged.inspect(format, secrets);
        } catch (ImageException e) {
            throw new ProblemException(
                    code(e),
                    "what was uploaded to %s cannot be used as a %s image: %s"
                            .formatted(command.image().name(), format.text(), why(e)));
        }
    }

    private static ProblemCode code(ImageException failure) {
        return switch (failure) {
            case ImageException.Unsupported _ -> ProblemCode.UNSUPPORTED;
            case ImageException.Locked _ -> ProblemCode.SECRET_UNAVAILABLE;
            case ImageException _ -> ProblemCode.INVALID_REQUEST;
        };
    }

    private String why(ImageException failure) {
        return Objects.toString(failure.getMessage(), failure.toString())
                .replace(staged.imagePath() + ": ", "")
                .replace(staged.imagePath(), "the uploaded file");
    }

    private void requireNoBase(ImageInfo info) {
        if (info.backingFile().isPresent()) {
            throw refused(
                    "the uploaded image builds on '%s', and one from outside must not name another file: flatten it first"
                            .formatted(info.backingFile().get()));
        }
    }

    private void requireCapacity(ImageInfo info) {
        if (info.capacity() > command.capacity()) {
            throw new ProblemException(
                    ProblemCode.INVALID_REQUEST,
                    "a guest sees %d bytes of the uploaded image, and %d were asked for: say its capacity when the transfer begins"
                            .formatted(info.capacity(), command.capacity()),
                    Map.of("requested", info.capacity(), "allowed", command.capacity()));
        }
    }

    private static ProblemException refused(String why) {
        return new ProblemException(ProblemCode.INVALID_REQUEST, why);
    }
}
