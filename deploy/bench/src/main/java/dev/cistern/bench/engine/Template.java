package dev.cistern.bench.engine;

import dev.cistern.image.BackingOpener;
import dev.cistern.image.qcow2.Qcow2Image;
import dev.cistern.image.storage.Access;
import dev.cistern.image.storage.Directory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;

/** Images for an operation: of 1 GiB, with a little in them and, where it needs one, a snapshot. */
final class Template {
    /** For images that have none below. */
    static final BackingOpener ALONE =
            (_, _, name) -> {
                throw new IOException(name + ": is to be alone");
            };

    private static final int WRITES = 8;
    private static final long APART = 100L << 20;

    private Template() {}

    static String name(int image) {
        return "image" + image;
    }

    /** A new folder with so many images, durable; an empty one for making images. */
    static Path prepare(Path parent, Operation operation, int count) throws IOException {
        var folder = Files.createTempDirectory(parent, "turn-");
        if (operation == Operation.CREATE) {
            return folder;
        }
        make(folder, operation);
        var template = folder.resolve("template");
        for (var image = 0; image < count; image++) {
            var copy = folder.resolve(name(image));
            Files.copy(template, copy);
            try (var channel = FileChannel.open(copy, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
        }
        return folder;
    }

    private static void make(Path folder, Operation operation) throws IOException {
        try (var directory = Directory.open(folder)) {
            try (var file = directory.createFile("template", 0600)) {
                Operation.create(file);
            }
            var file = directory.openFile("template", Access.READ_WRITE);
            try (var image = Qcow2Image.open(file, true, ALONE)) {
                write(image);
                switch (operation) {
                    case SNAPSHOT_REVERT, SNAPSHOT_DELETE -> {
                        image.createSnapshot("first", Clock.systemUTC());
                        write(image);
                    }
                    case CREATE, OPEN, INFO, SNAPSHOT_CREATE, RESIZE -> {}
                }
            }
        }
    }

    private static void write(Qcow2Image image) throws IOException {
        for (var write = 0; write < WRITES; write++) {
            image.write(ByteBuffer.allocate(4096).putInt(0, write + 1), write * APART);
        }
    }
}
