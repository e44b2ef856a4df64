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
        requireMounting(mount);
        var line = mounting(mount, "exec \"$@\"");
        line.addAll(ChildJvm.command(List.of(), FullDiskMain.class, mount.toString()));
        var output = folder.resolve("output");

        var process = ChildJvm.start(line, output.toFile());
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();

        assertThat(output)
                .content()
                .contains("create on a full disk: storage-full, pool folder " + mount)
                .contains("files: [disk, filler] staged: []")
                .contains("delete on a full disk: VolumeDeleted")
                .contains("files: [filler] trashed: []")
                .contains("create on a read-only disk: storage-read-only, pool folder " + mount);
    }

    private static List<String> mounting(Path mount, String then) {
        return new ArrayList<>(
                List.of(
                        "unshare",
                        "--map-root-user",
                        "--mount",
                        "sh",
                        "-c",
                        "mount -t tmpfs -o size=1m none '%s' && %s".formatted(mount, then),
                        "sh"));
    }

    private static void requireMounting(Path mount) throws Exception {
        var process = new ProcessBuilder(mounting(mount, "true")).redirectErrorStream(true).start();
        Assumptions.assumeTrue(
                process.waitFor() == 0, "no file systems can be mounted here, even in a namespace");
    }
}
