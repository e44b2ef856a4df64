package dev.cistern.worker.command;

import dev.cistern.common.message.Result;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Creates and deletes on a small file system that it fills, then makes read-only. */
final class FullDiskMain {
    private static final int BLOCK = 4096;

    private FullDiskMain() {}

    public static void main(String[] arguments) throws Exception {
        var mount = Path.of(arguments[0]);
        try (var bench = new Workbench()) {
            var pool = TestPool.started(mount, bench);
            var volume = UUID.randomUUID();
            bench.run(pool.create(volume, "disk"));
            write(pool.file("disk"), 16);
            fill(pool.file("filler"));

            tell("create on a full disk", bench.run(pool.create(UUID.randomUUID(), "more")));
            System.out.println("files: " + pool.files() + " staged: " + pool.staged());
            tell(
                    "delete on a full disk",
                    bench.run(pool.delete(volume, "disk", TestPool.inode(pool.file("disk")))));
            System.out.println("files: " + pool.files() + " trashed: " + pool.trashed());

            new ProcessBuilder("mount", "-o", "remount,ro", mount.toString())
                    .inheritIO()
                    .start()
                    .waitFor();
            tell("create on a read-only disk", bench.run(pool.create(UUID.randomUUID(), "more")));
        }
    }

    private static void write(Path file, int blocks) throws IOException {
        try (var out = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
            for (var block = 0; block < blocks; block++) {
                out.write(ByteBuffer.allocate(BLOCK));
            }
        }
    }

    private static void fill(Path file) throws IOException {
        Files.createFile(file);
        try {
            write(file, Integer.MAX_VALUE);
        } catch (IOException e) {
            System.out.println("filled: " + e.getMessage());
        }
    }

    private static void tell(String what, @Nullable Result result) {
        System.out.println(
                what
                        + ": "
                        + (result instanceof Result.CommandFailed(var problem)
                                ? problem.code().code() + ", " + problem.detail()
                                : result));
    }
}
