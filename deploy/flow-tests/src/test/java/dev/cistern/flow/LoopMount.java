package dev.cistern.flow;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file system of its own in a file, where the machine lets one be mounted. */
final class LoopMount implements AutoCloseable {
    private static final long BYTES = 400L << 20;

    private final Path folder;

    private LoopMount(Path folder) {
        this.folder = folder;
    }

    /** Mounts a new XFS file system; without the right to, the test is skipped with the reason. */
    static LoopMount xfs(Path scratch) throws IOException, InterruptedException {
        Judge.require("mkfs.xfs");
        var image = scratch.resolve("xfs.img");
        try (var file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(BYTES);
        }
        Judge.output(scratch, "mkfs.xfs", "-q", "-m", "reflink=1", image.toString());
        var folder = Files.createDirectory(scratch.resolve("xfs"));
        var mount = Judge.run(scratch, "mount", "-o", "loop", image.toString(), folder.toString());
        if (mount.status() != 0) {
            abort("no loop device can be mounted here: " + mount.output().strip());
        }
        return new LoopMount(folder);
    }

    Path folder() {
        return folder;
    }

    @Override
    public void close() throws IOException {
        try {
            Judge.output(Path.of("/"), "umount", "--lazy", folder.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
