package dev.cistern.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
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
        requireMounting();
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
        requireMounting();
        try (ChildJvm child =
                ChildJvm.start(
                        mounting("300m"), DataFolderTest.HolderMain.class, mountPoint.toString())) {
            assertThat(child.awaitLine("refused"))
                    .matches(
                            "refused: The data folder %s has [0-9]+ MiB free, but Cistern needs 512 MiB to start"
                                    .formatted(Pattern.quote(mountPoint.toRealPath().toString())));
        }
    }

    private List<String> mounting(String size) {
        String script =
                "mount -t tmpfs -o size=%s none '%s' && exec \"$@\"".formatted(size, mountPoint);
        return List.of("unshare", "--mount", "--map-root-user", "sh", "-c", script, "child");
    }

    /** Needs root or a user namespace, as CI has. */
    private void requireMounting() throws IOException {
        try {
            Processes.run(
                    Stream.concat(mounting("1m").stream(), Stream.of("true")).toList(),
                    Duration.ofSeconds(10));
        } catch (IOException e) {
            if (System.getProperty("oracle", "").equals("required")) {
                throw e;
            }
            abort("no file system can be mounted here: " + e.getMessage());
        }
    }
}
