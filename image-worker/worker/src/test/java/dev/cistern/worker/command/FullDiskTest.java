package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.worker.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small file system, which only the process under test sees. */
class FullDiskTest {
    @TempDir Path folder;

    @Test
    void saysSoAndLeavesThePoolAsItWas() throws Exception {
        var mount = Files.createDirectory(folder.resolve("mount"));

        assertThat(run(mount, "1m", FullDiskMain.class, 60))
                .content()
                .contains("create on a full disk: storage-full, pool folder " + mount)
                .contains("files: [disk, filler] staged: []")
                .contains("delete on a full disk: VolumeDeleted")
                .contains("files: [filler] trashed: []")
                .contains("create on a read-only disk: storage-read-only, pool folder " + mount);
    }

    /** Whatever room is left: an image is as it was, or as it was to be. */
    @Test
    void changesImagesWhereTheyAreAsAWholeOrNotAtAll() throws Exception {
        Qemu.require("qemu-img");
        var mount = Files.createDirectory(folder.resolve("mount"));

        var output = run(mount, "16m", FullDiskVerbsMain.class, 600);

        assertThat(output).content().endsWith("all was as before or as after\n");
        for (var verb : FullDiskTrial.Verb.values()) {
            assertThat(output)
                    .content()
                    .contains(verb + " with 0 pages: REFUSED")
                    .contains(verb + " with 512 pages: DONE");
        }
    }

    /** What a process prints that has a small file system to itself. */
    private Path run(Path mount, String size, Class<?> main, int seconds) throws Exception {
        requireMounting(mount);
        var line = mounting(mount, size, "exec \"$@\"");
        line.addAll(ChildJvm.command(List.of(), main, mount.toString(), folder.toString()));
        var output = folder.resolve("output");
        var process = ChildJvm.start(line, output.toFile());
        assertThat(process.waitFor(seconds, TimeUnit.SECONDS)).isTrue();
        return output;
    }

    private static List<String> mounting(Path mount, String size, String then) {
        return new ArrayList<>(
                List.of(
                        "unshare",
                        "--map-root-user",
                        "--mount",
                        "sh",
                        "-c",
                        "mount -t tmpfs -o size=%s none '%s' && %s".formatted(size, mount, then),
                        "sh"));
    }

    private static void requireMounting(Path mount) throws Exception {
        var process =
                new ProcessBuilder(mounting(mount, "1m", "true")).redirectErrorStream(true).start();
        Assumptions.assumeTrue(
                process.waitFor() == 0, "no file systems can be mounted here, even in a namespace");
    }
}
