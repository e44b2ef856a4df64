package dev.cistern.bench.engine;

import dev.cistern.bench.Figure;
import dev.cistern.bench.Peer;
import dev.cistern.image.qcow2.Qcow2Image;
import dev.cistern.image.storage.Access;
import dev.cistern.image.storage.Directory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** How often one operation waits for the disk; of the peer, strace tells. */
final class SyncCount {
    private final Path folder;

    SyncCount(Path folder) {
        this.folder = folder;
    }

    Figure count(String figure, Operation operation) throws Exception {
        var images = Template.prepare(folder, operation, 2);
        try {
            return Figure.cost(
                    figure, ours(images, operation), "fdatasyncs", peers(images, operation));
        } finally {
            EngineBench.remove(images);
        }
    }

    private static int ours(Path images, Operation operation) throws IOException {
        try (var directory = Directory.open(images)) {
            var storage =
                    new CountingStorage(
                            operation == Operation.CREATE
                                    ? directory.createFile(Template.name(0), 0600)
                                    : directory.openFile(Template.name(0), Access.READ_WRITE));
            if (operation == Operation.CREATE) {
                Operation.create(storage);
                storage.close();
            } else {
                try (var image = Qcow2Image.open(storage, true, Template.ALONE)) {
                    operation.change(image);
                }
            }
            return storage.syncs();
        }
    }

    private static @Nullable Double peers(Path images, Operation operation) throws Exception {
        if (!Peer.has("strace") || !Peer.has(operation.peer().split(" ", -1)[0])) {
            return null;
        }
        Peer.shell(
                images,
                "strace -f -o trace -e trace=fdatasync,fsync "
                        + operation.peer().replace("FILE", Template.name(1)));
        try (var lines = Files.lines(images.resolve("trace"))) {
            return (double) lines.filter(line -> line.contains("sync(")).count();
        }
    }
}
