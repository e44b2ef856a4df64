package dev.cistern.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Fills a small file system, which only the child JVM sees, to the last byte under running servers.
 */
class FullDiskTest {
    @TempDir Path mountPoint;

    @Test
    void serversComeBackWithEverythingOnceThereIsSpace() throws Exception {
        assumeTrue(canMount(), "no file system can be mounted here");
        try (ChildJvm child =
                ChildJvm.start(mounting("1000m"), FullDiskMain.class, mountPoint.toString())) {
            child.awaitLine("stored a");
            child.awaitLine("space is low");
            child.awaitLine("disk is full");
            child.awaitLine("database refuses");
            child.awaitLine("broker failed");
            child.awaitLine("space is back");
            assertThat(child.awaitLine("rows")).isEqualTo("rows [a, b]");
            assertThat(child.awaitLine("messages")).isEqualTo("messages [a, b]");
            assertThat(child.awaitExit()).isZero();
        }
    }

    @Test
    void tooLittleSpaceToStartIsSaidWithUnits() throws Exception {
        assumeTrue(canMount(), "no file system can be mounted here");
        try (ChildJvm child =
                ChildJvm.start(
                        mounting("300m"), DataFolderTest.HolderMain.class, mountPoint.toString())) {
            assertThat(child.awaitLine("refused"))
                    .isEqualTo(
                            "refused: The data folder %s has 300 MiB free, but Cistern needs 512 MiB to start"
                                    .formatted(mountPoint.toRealPath()));
        }
    }

    private List<String> mounting(String size) {
        String script =
                "mount -t tmpfs -o size=%s none '%s' && exec \"$@\"".formatted(size, mountPoint);
        return List.of("unshare", "--mount", "--map-root-user", "sh", "-c", script, "child");
    }

    private boolean canMount() {
        try {
            List<String> launcher = mounting("1m");
            Processes.run(
                    Stream.concat(launcher.stream(), Stream.of("true")).toList(),
                    Duration.ofSeconds(10));
            return true;
        } catch (IOException _) {
            return false;
        }
    }
}
