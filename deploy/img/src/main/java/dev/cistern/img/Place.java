package dev.cistern.img;

import dev.cistern.image.ImageFormat;
import dev.cistern.image.Images;
import dev.cistern.image.lock.ImageLock;
import dev.cistern.image.storage.Access;
import dev.cistern.image.storage.Directory;
import dev.cistern.image.storage.FileStorage;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Where a file is once all symbolic links are followed.
 *
 * @param folder open
 * @param file the name in it
 */
record Place(Directory folder, String file) implements Closeable {
    /** The place of a file that is there. */
    static Place of(Path path) throws IOException {
        return at(path.toRealPath());
    }

    /** The place of a file that may yet have to be made. */
    static Place ofNew(Path path) throws IOException {
        return at(Files.exists(path) ? path.toRealPath() : path.toAbsolutePath());
    }

    private static Place at(Path path) throws IOException {
        return new Place(
                Directory.open(Objects.requireNonNullElse(path.getParent(), path)),
                String.valueOf(path.getFileName()));
    }

    /** Opens the file under QEMU's lock, or without one if others may write to it. */
    FileStorage open(Access access, boolean shared) throws IOException {
        var storage = folder.openFile(file, access);
        var done = false;
        try {
            if (!shared) {
                lock(storage, access);
            }
            done = true;
            return storage;
        } finally {
            if (!done) {
                storage.close();
            }
        }
    }

    /** The lock goes with the file. */
    static void lock(FileStorage storage, Access access) throws IOException {
        var _ =
                switch (access) {
                    case READ -> ImageLock.reader(storage);
                    case READ_WRITE -> ImageLock.writer(storage);
                };
    }

    /** The format that the content tells. */
    ImageFormat probe() throws IOException {
        try (var storage = folder.openFile(file, Access.READ)) {
            return Images.probe(storage);
        }
    }

    @Override
    public void close() throws IOException {
        folder.close();
    }
}
