package dev.cistern.img;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A conversion that is killed leaves nothing under the image's name, and nothing for long; one that
 * is told to end leaves nothing at all.
 */
final class KilledConversionTest {
    private static final int LENGTH = 8 << 20;
    private static final String STAGING = ".cistern-img-";

    @TempDir Path folder;
    private Bench bench;

    @BeforeEach
    void makeSource() throws IOException {
        bench = Bench.in(Files.createDirectory(folder.resolve("bench")));
        var content = new byte[LENGTH];
        new Random(1).nextBytes(content);
        Files.write(folder.resolve("source"), content);
    }

    private Process start(String... words) throws IOException {
        var command =
                Stream.concat(
                                Stream.of(
                                        Path.of(System.getProperty("java.home"), "bin", "java")
                                                .toString(),
                                        "--enable-native-access=ALL-UNNAMED",
                                        "-XX:TieredStopAtLevel=1",
                                        "-XX:+UseSerialGC",
                                        "-cp",
                                        System.getProperty("java.class.path"),
                                        Main.class.getName()),
                                Stream.of(words))
                        .toList();
        return new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private List<Path> staged() throws IOException {
        try (var entries = Files.list(folder)) {
            return entries.filter(entry -> String.valueOf(entry.getFileName()).startsWith(STAGING))
                    .toList();
        }
    }

    /**
     * Waits for a file that was not there before: the one left by a killed conversion is swept by
     * the next.
     */
    private void awaitStaging(Process process, List<Path> before) throws Exception {
        while (process.isAlive() && before.containsAll(staged())) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    private int convert(String target) throws Exception {
        return bench.ours(List.of("convert", "-O", "qcow2", path("source"), target)).status();
    }

    private String path(String name) {
        return folder.resolve(name).toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-O qcow2", "-O qcow2 -c", "-O raw"})
    void leavesNothing(String options) throws Exception {
        for (var pause : new int[] {0, 60, 400}) {
            var words =
                    Stream.concat(
                                    Stream.of("convert", "-r", "1M"),
                                    Stream.concat(
                                            Stream.of(options.split(" ", -1)),
                                            Stream.of("source", "target")))
                            .toArray(String[]::new);
            var before = staged();
            var process = start(words);
            awaitStaging(process, before);
            TimeUnit.MILLISECONDS.sleep(pause);
            process.destroyForcibly().waitFor();
            assertThat(folder.resolve("target")).doesNotExist();
        }
        assertThat(staged()).isNotEmpty();

        assertThat(convert(path("other"))).isZero();

        assertThat(staged()).isEmpty();
        assertThat(folder.resolve("target")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"raw", "qcow2", "vmdk"})
    void putsEverythingAwayWhenItIsToldToEnd(String format) throws Exception {
        var process = start("convert", "-r", "1M", "-O", format, "source", "target");
        awaitStaging(process, List.of());

        process.destroy();

        assertThat(process.waitFor()).isNotZero();
        assertThat(staged()).isEmpty();
        assertThat(folder.resolve("target")).doesNotExist();
    }

    @Test
    void anImageThatIsToBeReplacedStays() throws Exception {
        Files.writeString(folder.resolve("target"), "as it was");
        var process = start("convert", "-r", "1M", "-O", "qcow2", "source", "target");
        awaitStaging(process, List.of());

        assertThat(bench.ours(List.of("convert", path("source"), path("target"))).err())
                .contains("Failed to get \"write\" lock");
        assertThat(staged()).hasSize(1);

        process.destroyForcibly().waitFor();
        assertThat(folder.resolve("target")).hasContent("as it was");
        assertThat(convert(path("target"))).isZero();
        assertThat(staged()).isEmpty();
    }
}
