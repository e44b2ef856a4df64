package dev.cistern.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.image.DiskImage.Space;
import dev.cistern.image.qcow2.Qcow2Options;
import dev.cistern.image.storage.Access;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Data files and preallocated space are to QEMU what they are to us. */
final class Qcow2FilesOracleTest extends OracleBench {
    private void createWithData(String name, Qcow2Options options) throws IOException {
        try (var file = directory.createFile(name, 0600);
                var data = directory.createFile("data.img", 0600)) {
            Images.create(CAPACITY, options, file, data);
        }
    }

    private static byte[] change(DiskImage image, byte[] before) throws IOException {
        var content = before.clone();
        var random = new Random(1);
        for (var round = 0; round < 60; round++) {
            var offset = random.nextInt(CAPACITY);
            var length = Math.min(1 + random.nextInt(300_000), CAPACITY - offset);
            if (round % 4 == 0) {
                image.zero(offset, length, random.nextBoolean() ? Space.KEEP : Space.FREE);
                Arrays.fill(content, offset, offset + length, (byte) 0);
            } else {
                var part = new byte[length];
                random.nextBytes(part);
                image.write(ByteBuffer.wrap(part), offset);
                System.arraycopy(part, 0, content, offset, length);
            }
        }
        return content;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void qemuReadsOurDataFile(boolean raw) throws Exception {
        createWithData("ours.img", USUAL.withDataFile(path("data.img"), raw));

        byte[] content;
        try (var image = open("ours.img", Access.READ_WRITE)) {
            content = change(image, new byte[CAPACITY]);
            image.discard(1 << 20, 1 << 20);
            Arrays.fill(content, 1 << 20, 2 << 20, (byte) 0);
        }

        requireClean("ours.img");
        requireContent("ours.img", content);
        assertThat(read("ours.img")).isEqualTo(content);
        if (raw) {
            assertThat(Files.readAllBytes(folder.resolve("data.img"))).isEqualTo(content);
        }
        var info = Oracle.info(folder.resolve("ours.img"));
        assertThat(info.text("data-file")).isEqualTo(path("data.img"));
        assertThat(info.text("data-file-raw")).isEqualTo(Boolean.toString(raw));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",data_file_raw=on", ",extended_l2=on", ",preallocation=falloc"})
    void weGoOnWithQemusDataFile(String options) throws Exception {
        qemuImg(
                "create",
                "-q",
                "-f",
                "qcow2",
                "-o",
                "data_file=" + path("data.img") + options,
                "theirs.img",
                "5M");
        qemuIo(
                "theirs.img",
                "write -P 1 0 1000k",
                "write -z 100k 200k",
                "discard 512k 64k",
                "write -P 2 4M 1M");
        qemuImg("convert", "-f", "qcow2", "-O", "raw", "theirs.img", "raw.img");
        var before = Files.readAllBytes(folder.resolve("raw.img"));

        assertThat(read("theirs.img")).isEqualTo(before);
        byte[] content;
        try (var image = open("theirs.img", Access.READ_WRITE)) {
            content = change(image, before);
        }

        requireClean("theirs.img");
        requireContent("theirs.img", content);
        if (options.contains("raw")) {
            assertThat(Files.readAllBytes(folder.resolve("data.img"))).isEqualTo(content);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anImageWithADataFileIsResizedWithIt(boolean raw) throws Exception {
        createWithData("ours.img", USUAL.withDataFile(path("data.img"), raw));
        var content = new byte[2 * CAPACITY];
        Arrays.fill(content, 0, CAPACITY, (byte) 7);
        try (var image = open("ours.img", Access.READ_WRITE)) {
            image.write(ByteBuffer.wrap(content, 0, CAPACITY), 0);
            image.resize(1_000_448);
            image.resize(2L * CAPACITY);
        }
        Arrays.fill(content, 1_000_448, CAPACITY, (byte) 0);

        requireClean("ours.img");
        requireContent("ours.img", content);
        assertThat(Files.size(folder.resolve("data.img"))).isEqualTo(2L * CAPACITY);
        if (raw) {
            assertThat(Files.readAllBytes(folder.resolve("data.img"))).isEqualTo(content);
        }
    }

    @Test
    void aDataFileOutsideOfTheFolderIsRefused() throws Exception {
        createWithData("ours.img", USUAL.withDataFile("/etc/passwd", false));

        assertThatThrownBy(() -> open("ours.img", Access.READ))
                .isInstanceOf(ImageException.Forbidden.class)
                .hasMessageContaining("/etc/passwd");
    }

    @Test
    void aDataFileIsLockedWithItsImage() throws Exception {
        createWithData("ours.img", USUAL.withDataFile(path("data.img"), true));

        try (var _ = open("ours.img", Access.READ_WRITE)) {
            var run = Oracle.run("qemu-io", "-f", "raw", "-c", "write 0 512", path("data.img"));
            assertThat(run.output()).contains("lock");
        }
    }

    static Stream<Qcow2Options> preallocated() {
        return Stream.of(Preallocation.METADATA, Preallocation.FALLOC, Preallocation.FULL)
                .flatMap(
                        mode ->
                                Stream.of(
                                        USUAL.withPreallocation(mode),
                                        USUAL.withPreallocation(mode)
                                                .withClusterSize(512)
                                                .withRefcountBits(64),
                                        USUAL.withPreallocation(mode).withExtendedL2(),
                                        USUAL.withPreallocation(mode).withVersion(2)));
    }

    @ParameterizedTest
    @MethodSource("preallocated")
    void qemuAcceptsWhatWePreallocate(Qcow2Options options) throws Exception {
        create("ours.img", options);

        requireClean("ours.img");
        requireContent("ours.img", new byte[CAPACITY]);
        var file = folder.resolve("ours.img");
        assertThat(Files.size(file)).isGreaterThan(CAPACITY);
        var allocated = Oracle.info(file).number("actual-size");
        if (options.preallocation() == Preallocation.METADATA) {
            assertThat(allocated).isLessThan(CAPACITY);
        } else {
            assertThat(allocated).isGreaterThan(CAPACITY);
        }
        try (var image = open("ours.img", Access.READ_WRITE)) {
            var content = change(image, new byte[CAPACITY]);
            image.flush();
            assertThat(Files.size(file)).isLessThan(2L * CAPACITY);
            requireReads(image, content);
        }
        requireClean("ours.img");
    }

    private static void requireReads(DiskImage image, byte[] content) throws IOException {
        var found = ByteBuffer.allocate(content.length);
        image.read(found, 0);
        assertThat(found.array()).isEqualTo(content);
    }

    @Test
    void anImageOverAnotherIsPreallocatedWithSubclusters() throws Exception {
        var below = new byte[CAPACITY];
        new Random(5).nextBytes(below);
        Files.write(folder.resolve("below.img"), below);
        create(
                "ours.img",
                USUAL.withExtendedL2()
                        .withBacking("below.img", "raw")
                        .withPreallocation(Preallocation.METADATA));

        requireClean("ours.img");
        requireContent("ours.img", below);
        assertThat(read("ours.img")).isEqualTo(below);
    }

    @ParameterizedTest
    @EnumSource(
            value = Preallocation.class,
            names = {"FALLOC", "FULL"})
    void aRawImageTakesItsSpaceAtOnce(Preallocation mode) throws Exception {
        try (var file = directory.createFile("raw.img", 0600)) {
            Images.create(new CreateOptions(ImageFormat.RAW, CAPACITY, mode), file);
            assertThat(file.status().allocated()).isGreaterThanOrEqualTo(CAPACITY);
            assertThat(file.size()).isEqualTo(CAPACITY);
        }
        assertThat(Files.readAllBytes(folder.resolve("raw.img"))).isEqualTo(new byte[CAPACITY]);
    }
}
