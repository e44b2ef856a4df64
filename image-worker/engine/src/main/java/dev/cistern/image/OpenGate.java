package dev.cistern.image;

import dev.cistern.image.storage.Access;
import dev.cistern.image.storage.Directory;
import dev.cistern.image.storage.FileStatus;
import dev.cistern.image.storage.FileStorage;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Decides which other files an image may have opened: its backing file, its data file, its extents.
 * An image is bytes from outside, and the names in it may be chosen to make us open what we should
 * not.
 */
@FunctionalInterface
public interface OpenGate {
    /**
     * Opens the file that an image names.
     *
     * @param reference as the image has it
     * @param image that names it, for messages
     * @throws ImageException.Forbidden if it must not
     */
    FileStorage open(String reference, Access access, String image) throws IOException;

    /**
     * Makes a file that an image is going to name, durably, with the owner and permissions of
     * another.
     *
     * @param reference as the image is going to have it
     * @param like the file whose owner and permissions it gets
     * @param image for messages
     * @throws ImageException.Forbidden if none may be made
     * @throws java.nio.file.FileAlreadyExistsException if the name is taken
     */
    default FileStorage create(String reference, FileStatus like, String image) throws IOException {
        throw new ImageException.Forbidden(
                "%s: needs the file '%s'; no other file may be made for it"
                        .formatted(image, reference));
    }

    /** Lets nothing through. */
    static OpenGate shut() {
        return (reference, _, image) -> {
            throw new ImageException.Forbidden(
                    "%s: names the file '%s'; no other file may be opened for it"
                            .formatted(image, reference));
        };
    }

    /**
     * Lets ordinary files through that are in one folder: by a name without a path, or by a path
     * that leads to that very folder. Symbolic links are not followed.
     */
    static OpenGate folder(Directory folder) {
        return new OpenGate() {
            @Override
            public FileStorage open(String reference, Access access, String image)
                    throws IOException {
                return folder.openFile(nameInFolder(reference, folder, image), access);
            }

            @Override
            public FileStorage create(String reference, FileStatus like, String image)
                    throws IOException {
                return createIn(folder, nameInFolder(reference, folder, image), like);
            }
        };
    }

    /**
     * Lets every ordinary file through, as a tool may that acts for who could open it anyway. A
     * relative name counts from the folder of the image that names it; symbolic links are followed.
     */
    static OpenGate anywhere() {
        return new OpenGate() {
            @Override
            public FileStorage open(String reference, Access access, String image)
                    throws IOException {
                var path = beside(image, reference).toRealPath();
                try (var folder = Directory.open(Objects.requireNonNull(path.getParent()))) {
                    return folder.openFile(String.valueOf(path.getFileName()), access);
                }
            }

            @Override
            public FileStorage create(String reference, FileStatus like, String image)
                    throws IOException {
                var path = beside(image, reference).toAbsolutePath();
                try (var folder = Directory.open(Objects.requireNonNull(path.getParent()))) {
                    return createIn(folder, String.valueOf(path.getFileName()), like);
                }
            }
        };
    }

    private static FileStorage createIn(Directory folder, String name, FileStatus like)
            throws IOException {
        var file = folder.createFile(name, like.mode());
        var done = false;
        try {
            var own = file.status();
            if (own.user() != like.user() || own.group() != like.group()) {
                file.setOwner(like.user(), like.group());
            }
            file.setMode(like.mode());
            folder.sync();
            done = true;
            return file;
        } finally {
            if (!done) {
                file.close();
                var _ = folder.unlinkIfExists(name);
            }
        }
    }

    private static Path beside(String image, String reference) throws ImageException.Forbidden {
        try {
            return Path.of(image).resolveSibling(reference);
        } catch (InvalidPathException _) {
            throw new ImageException.Forbidden(
                    "%s: names the file '%s', and no file can be called so"
                            .formatted(image, reference));
        }
    }

    private static String nameInFolder(String reference, Directory folder, String image)
            throws ImageException.Forbidden {
        var prefix = folder.path().endsWith("/") ? folder.path() : folder.path() + "/";
        var name = reference;
        if (name.startsWith(prefix)) {
            name = name.substring(prefix.length());
        } else if (name.startsWith("./")) {
            name = name.substring(2);
        }
        if (name.isEmpty()
                || name.indexOf('/') >= 0
                || name.indexOf('\0') >= 0
                || ".".equals(name)
                || "..".equals(name)) {
            throw new ImageException.Forbidden(
                    "%s: names the file '%s', which is not in the folder %s"
                            .formatted(image, reference, folder.path()));
        }
        return name;
    }
}
