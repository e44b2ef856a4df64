package dev.cistern.img;

import dev.cistern.image.ImageException;
import dev.cistern.image.ImageInUseException;
import dev.cistern.image.storage.NoSpaceException;
import dev.cistern.image.storage.ReadOnlyException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** QEMU's and the C library's words for what went wrong. */
final class Reasons {
    private Reasons() {}

    /** What strerror(3) says, or else what the exception does. */
    static String of(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "No such file or directory";
            case AccessDeniedException _ -> "Permission denied";
            case NotDirectoryException _ -> "Not a directory";
            case FileSystemLoopException _ -> "Too many levels of symbolic links";
            case NoSpaceException _ -> "No space left on device";
            case ReadOnlyException _ -> "Read-only file system";
            case FileSystemException other when other.getReason() != null -> other.getReason();
            default -> String.valueOf(e.getMessage());
        };
    }

    /**
     * Why an image could not be opened.
     *
     * @param writing what it was to be opened for
     */
    static Failure ofOpening(ImageName name, boolean writing, IOException e) {
        var failure = ofFile(name, writing, e);
        return failure.after("Could not open '%s': ".formatted(name.display()));
    }

    private static Failure ofFile(ImageName name, boolean writing, IOException e) {
        return switch (e) {
            case ImageInUseException busy -> ofLock(name, writing, busy);
            case ImageException.Locked _ -> Failure.of(ofKey(name));
            case ImageException.WrongFormat _ -> Failure.of(ofFormat(name));
            case FileSystemException missing when missing.getFile() != null ->
                    ofMissing(name, missing);
            default -> Failure.of(name.shown(of(e)));
        };
    }

    private static String ofFormat(ImageName name) {
        return "Image is not in %s format".formatted(name.format().orElse("qcow2"));
    }

    private static String ofKey(ImageName name) {
        return name.keySecret().isEmpty()
                ? "Parameter 'encrypt.key-secret' is required for cipher"
                : "Invalid password, cannot unlock any keyslot";
    }

    private static Failure ofMissing(ImageName name, FileSystemException e) {
        var file = name.shown(e.getFile());
        var failure = Failure.of("Could not open '%s': %s".formatted(file, of(e)));
        return file.equals(name.file()) ? failure : failure.after("Could not open backing file: ");
    }

    /** Someone else has the image, or one below it, open. */
    private static Failure ofLock(ImageName name, boolean writing, ImageInUseException e) {
        var file = name.shown(e.image());
        var top = file.equals(name.file());
        var failure = ofLock(file, writing && top);
        return top ? failure : failure.after("Could not open backing file: ");
    }

    /** Someone else has a file open. */
    static Failure ofLock(String file, boolean writing) {
        return Failure.of(
                        writing
                                ? "Failed to get \"write\" lock"
                                : "Failed to get shared \"write\" lock")
                .withHint("Is another process using the image [%s]?\n".formatted(file));
    }
}
