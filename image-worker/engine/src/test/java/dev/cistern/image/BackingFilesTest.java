package dev.cistern.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.image.qcow2.Qcow2Image;
import dev.cistern.image.qcow2.Qcow2Options;
import dev.cistern.image.storage.Access;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What lies below an image changes, and what it reads as does not. */
final class BackingFilesTest extends OracleBench {
    private static final BackingFile OTHER = new BackingFile("other.img", Optional.of("raw"));

    private void copy(String from, String to) throws IOException {
        Files.copy(folder.resolve(from), folder.resolve(to), StandardCopyOption.REPLACE_EXISTING);
    }

    private void rebase(String name, Optional<BackingFile> below) throws IOException {
        BackingFiles.rebase(directory, name, below, OpenGate.folder(directory), Progress.NONE);
    }

    /** An image of 5 MiB over one of 3 MiB, and another raw image that differs here and there. */
    private void makeScene(Qcow2Options options, int otherBytes) throws Exception {
        var below = new byte[3 << 20];
        new Random(1).nextBytes(below);
        Arrays.fill(below, 1 << 20, (1 << 20) + 300_000, (byte) 0);
        Files.write(folder.resolve("base.img"), below);
        var other = Arrays.copyOf(below, otherBytes);
        for (var at = 0; at < otherBytes; at += 777_777) {
            other[at]++;
        }
        if (otherBytes > below.length) {
            Arrays.fill(other, 3_500_000, 3_600_000, (byte) 9);
        }
        Files.write(folder.resolve("other.img"), other);
        qemuImg("create", "-q", "-f", "qcow2", "-b", "base.img", "-F", "raw", "middle.img", "4M");
        qemuIo("middle.img", "write -P 1 1M 64k", "write -z 2M 64k");
        create("image.img", options.withBacking("middle.img", "qcow2"));
        qemuIo("image.img", "write -P 3 100k 70k", "write -z 512k 128k", "write -P 4 4500k 1k");
    }

    static Stream<Arguments> rebases() {
        return Stream.of(
                        USUAL,
                        USUAL.withVersion(2),
                        USUAL.withClusterSize(512),
                        USUAL.withClusterSize(2 << 20),
                        USUAL.withExtendedL2())
                .flatMap(
                        options ->
                                Stream.of(
                                        Arguments.of(options, 2 << 20),
                                        Arguments.of(options, 6 << 20)));
    }

    @ParameterizedTest
    @MethodSource("rebases")
    void anImageReadsTheSameOverAnotherOneAndOverNothing(Qcow2Options options, int otherBytes)
            throws Exception {
        makeScene(options, otherBytes);
        var before = contentOf("image.img");
        copy("image.img", "theirs.img");

        rebase("image.img", Optional.of(OTHER));

        assertThat(contentOf("image.img")).isEqualTo(before);
        assertThat(read("image.img")).isEqualTo(before);
        requireClean("image.img");
        qemuImg("rebase", "-f", "qcow2", "-b", "other.img", "-F", "raw", "theirs.img");
        requireSameNames("image.img", "theirs.img");

        BackingFiles.flatten(directory, "image.img", OpenGate.folder(directory), Progress.NONE);

        Files.delete(folder.resolve("other.img"));
        Files.delete(folder.resolve("base.img"));
        assertThat(contentOf("image.img")).isEqualTo(before);
        assertThat(Oracle.info(folder.resolve("image.img")).has("backing-filename")).isFalse();
        requireClean("image.img");
    }

    private void requireSameNames(String ours, String theirs) throws Exception {
        var expected = Oracle.info(folder.resolve(theirs));
        var found = Oracle.info(folder.resolve(ours));
        assertThat(path(found.text("backing-filename")))
                .isEqualTo(expected.text("backing-filename"));
        assertThat(found.text("backing-filename-format"))
                .isEqualTo(expected.text("backing-filename-format"));
    }

    @Test
    void onlyWhatDiffersIsCopied() throws Exception {
        makeScene(USUAL, 3 << 20);
        copy("base.img", "other.img");
        var clusters = Oracle.qemuImg("check", "--output=json", path("image.img"));

        rebase("image.img", Optional.of(OTHER));

        var now = Oracle.qemuImg("check", "--output=json", path("image.img"));
        assertThat(now.number("allocated-clusters"))
                .isEqualTo(clusters.number("allocated-clusters") + 1);
    }

    @Test
    void aCancelledRebaseLeavesTheImageAsItWas() throws Exception {
        makeScene(USUAL, 6 << 20);
        var before = contentOf("image.img");

        assertThatThrownBy(
                        () ->
                                BackingFiles.rebase(
                                        directory,
                                        "image.img",
                                        Optional.of(OTHER),
                                        OpenGate.folder(directory),
                                        (done, _) -> {
                                            if (done > 2 << 20) {
                                                throw new IOException("enough");
                                            }
                                        }))
                .hasMessage("enough");

        assertThat(contentOf("image.img")).isEqualTo(before);
        requireClean("image.img");
        assertThat(Oracle.info(folder.resolve("image.img")).text("backing-filename"))
                .isEqualTo("middle.img");
        open("image.img", Access.READ_WRITE).close();
    }

    @Test
    void progressIsInBytesAndEndsWithAll() throws Exception {
        makeScene(USUAL, 6 << 20);
        var heard = new ArrayList<Long>();

        BackingFiles.flatten(
                directory,
                "image.img",
                OpenGate.folder(directory),
                (done, total) -> {
                    assertThat(total).isEqualTo(CAPACITY);
                    heard.add(done);
                });

        assertThat(heard).isSorted().endsWith((long) CAPACITY).hasSizeGreaterThan(3);
    }

    @Test
    void guestsWriteWhileAnImageIsFlattened() throws Exception {
        makeScene(USUAL.withClusterSize(4096), 6 << 20);
        var expected = contentOf("image.img");
        try (var image = (Qcow2Image) open("image.img", Access.READ_WRITE)) {
            var done = new AtomicBoolean();
            var writer = new Thread(() -> writeUntil(done, image, expected));
            writer.start();
            image.rebase(Optional.empty(), Optional.empty(), Progress.NONE);
            done.set(true);
            writer.join();
        }
        requireContent("image.img", expected);
        requireClean("image.img");
    }

    private static void writeUntil(AtomicBoolean done, DiskImage image, byte[] expected) {
        var random = new Random(3);
        try {
            do {
                var content = new byte[1 + random.nextInt(9000)];
                random.nextBytes(content);
                var at = random.nextInt(CAPACITY - content.length);
                image.write(ByteBuffer.wrap(content), at);
                System.arraycopy(content, 0, expected, at, content.length);
            } while (!done.get());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "compat=0.10", "cluster_size=512", "cluster_size=1024"})
    void onlyTheNameChangesIfThatIsAllThatIsWanted(String options) throws Exception {
        Files.write(folder.resolve("base.img"), new byte[1 << 20]);
        qemuImg(
                "create",
                "-q",
                "-f",
                "qcow2",
                "-o",
                options.isEmpty() ? "compat=1.1" : options,
                "-b",
                "base.img",
                "-F",
                "raw",
                "image.img");
        var names = new String[] {"elsewhere.img", "e/" + "long".repeat(80), "x", "/abs/olute.img"};
        for (var name : names) {
            BackingFiles.rename(
                    directory,
                    "image.img",
                    Optional.of(new BackingFile(name, Optional.of("qcow2"))));

            var info = Oracle.info(folder.resolve("image.img"));
            assertThat(info.text("backing-filename")).isEqualTo(name);
            assertThat(info.text("backing-filename-format")).isEqualTo("qcow2");
            assertThat(Images.info(directory, "image.img").backingFile()).contains(name);
        }
        BackingFiles.rename(
                directory, "image.img", Optional.of(new BackingFile("y", Optional.empty())));
        assertThat(Oracle.info(folder.resolve("image.img")).has("backing-filename-format"))
                .isFalse();
        BackingFiles.rename(directory, "image.img", Optional.empty());
        assertThat(Oracle.info(folder.resolve("image.img")).has("backing-filename")).isFalse();
        requireClean("image.img");
    }

    @Test
    void aNameThatDoesNotFitIsRefused() throws Exception {
        create("image.img", USUAL.withClusterSize(512));

        assertThatThrownBy(
                        () ->
                                BackingFiles.rename(
                                        directory,
                                        "image.img",
                                        Optional.of(
                                                new BackingFile(
                                                        "n".repeat(500), Optional.empty()))))
                .isInstanceOf(ImageException.OutOfRange.class);
        assertThatThrownBy(
                        () ->
                                BackingFiles.rename(
                                        directory,
                                        "image.img",
                                        Optional.of(
                                                new BackingFile(
                                                        "n".repeat(1024), Optional.empty()))))
                .isInstanceOf(ImageException.OutOfRange.class);
    }

    @Test
    void anImageIsNotPutOverItself() throws Exception {
        create("image.img", USUAL);
        create("above.img", USUAL.withBacking("image.img", "qcow2"));

        assertThatThrownBy(
                        () ->
                                rebase(
                                        "image.img",
                                        Optional.of(
                                                new BackingFile(
                                                        "above.img", Optional.of("qcow2")))))
                .isInstanceOf(IOException.class);
        assertThat(Oracle.info(folder.resolve("image.img")).has("backing-filename")).isFalse();
    }
}
