package dev.cistern.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.image.storage.Access;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What QEMU writes as vmdk reads the same here, and may lie below a qcow2 image. */
final class VmdkOracleTest extends OracleBench {
    private static final int LENGTH = 5 << 20;

    private byte[] source() throws IOException {
        var content = new byte[LENGTH];
        var random = new Random(7);
        for (var at = 0; at < LENGTH; at += 300 << 10) {
            var part = new byte[Math.min(100 << 10, LENGTH - at)];
            random.nextBytes(part);
            System.arraycopy(part, 0, content, at, part.length);
        }
        Arrays.fill(content, 1 << 20, (1 << 20) + 50_000, (byte) 7);
        Files.write(Path.of(path("source.img")), content);
        return content;
    }

    private DiskImage open(String name, ImageFormat format) throws IOException {
        return Images.open(
                directory,
                name,
                new OpenOptions(Optional.of(format), Access.READ, OpenGate.folder(directory)));
    }

    private static byte[] read(DiskImage image) throws IOException {
        var content = ByteBuffer.allocate((int) image.capacity());
        image.read(content, 0);
        return content.array();
    }

    /** By pieces that begin and end anywhere. */
    private static byte[] readInPieces(DiskImage image) throws IOException {
        var content = ByteBuffer.allocate((int) image.capacity());
        var random = new Random(3);
        while (content.hasRemaining()) {
            var at = content.position();
            content.limit(Math.min(content.capacity(), at + 1 + random.nextInt(200_000)));
            image.read(content, at);
            content.limit(content.capacity());
        }
        return content.array();
    }

    private static long readingZero(DiskImage image) throws IOException {
        var zero = 0L;
        for (var at = 0L; at < image.capacity(); ) {
            var mapping = image.map(at, image.capacity() - at);
            zero += mapping.readsZero() ? mapping.length() : 0;
            at += mapping.length();
        }
        return zero;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "monolithicSparse",
                "monolithicFlat",
                "twoGbMaxExtentSparse",
                "twoGbMaxExtentFlat",
                "streamOptimized"
            })
    void readsAsQemuWroteIt(String subformat) throws Exception {
        var content = source();
        qemuImg("convert", "-O", "vmdk", "-o", "subformat=" + subformat, "source.img", "disk.img");

        try (var image = open("disk.img", ImageFormat.VMDK)) {
            assertThat(image.capacity()).isEqualTo(LENGTH);
            assertThat(read(image)).isEqualTo(content);
            assertThat(readInPieces(image)).isEqualTo(content);
            if (!subformat.endsWith("Flat")) {
                assertThat(readingZero(image)).isGreaterThan(LENGTH / 3);
            }
        }
    }

    @Test
    void severalExtentsAreOneDisk() throws Exception {
        qemuImg(
                "create",
                "-q",
                "-f",
                "vmdk",
                "-o",
                "subformat=twoGbMaxExtentSparse",
                "disk.img",
                "5G");
        change("disk.img", "write -P 5 2147418112 131072", "write -P 6 5368643584 65536");

        try (var image = open("disk.img", ImageFormat.VMDK)) {
            assertThat(image.capacity()).isEqualTo(5L << 30);
            var bytes = ByteBuffer.allocate(262_144);
            image.read(bytes, 2_147_418_112L - 65_536);
            assertThat(bytes.array()).startsWith(new byte[65_536]).endsWith(new byte[65_536]);
            assertThat(bytes.get(65_536)).isEqualTo((byte) 5);
            assertThat(bytes.get(196_607)).isEqualTo((byte) 5);
            image.read(bytes.clear().limit(1), (5L << 30) - 1);
            assertThat(bytes.get(0)).isEqualTo((byte) 6);
        }
    }

    private void change(String image, String... commands) throws Exception {
        for (var command : commands) {
            var run = Oracle.run("qemu-io", "-f", "vmdk", "-c", command, path(image));
            assertThat(run.output()).contains("wrote");
        }
    }

    @Test
    void aChildReadsOverItsParentUntilThatIsChanged() throws Exception {
        var content = source();
        qemuImg("convert", "-O", "vmdk", "source.img", "parent.img");
        qemuImg("create", "-q", "-f", "vmdk", "-b", "parent.img", "-F", "vmdk", "child.img");
        change("child.img", "write -P 9 70000 10000");
        Arrays.fill(content, 70_000, 80_000, (byte) 9);

        try (var image = open("child.img", ImageFormat.VMDK)) {
            assertThat(read(image)).isEqualTo(content);
        }

        change("parent.img", "write -P 1 0 512");
        assertThatThrownBy(() -> open("child.img", ImageFormat.VMDK))
                .isInstanceOf(ImageException.Corrupt.class)
                .hasMessageContaining("parentCID");
    }

    @Test
    void grainsOfZeroesHideTheParent() throws Exception {
        source();
        qemuImg("convert", "-O", "vmdk", "source.img", "parent.img");
        qemuImg(
                "create",
                "-q",
                "-f",
                "vmdk",
                "-o",
                "zeroed_grain=on",
                "-b",
                "parent.img",
                "-F",
                "vmdk",
                "child.img");
        change("child.img", "write -z 0 65536");

        try (var image = open("child.img", ImageFormat.VMDK)) {
            assertThat(Arrays.copyOf(read(image), 65_536)).containsOnly(0);
            assertThat(image.map(0, 65_536)).isInstanceOf(Mapping.Zero.class);
        }
    }

    @Test
    void aQcow2ImageLiesOverIt() throws Exception {
        var content = source();
        qemuImg("convert", "-O", "vmdk", "source.img", "below.img");
        qemuImg("create", "-q", "-f", "qcow2", "-b", "below.img", "-F", "vmdk", "top.img");

        try (var image = open("top.img", Access.READ_WRITE)) {
            image.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 1000);
        }
        content[1000] = 1;
        content[1001] = 2;
        content[1002] = 3;

        Files.write(Path.of(path("expected.img")), content);
        qemuImg("compare", "-f", "qcow2", "-F", "raw", "top.img", "expected.img");
        BackingFiles.flatten(directory, "top.img", OpenGate.folder(directory), Progress.NONE);
        Files.delete(Path.of(path("below.img")));
        qemuImg("compare", "-f", "qcow2", "-F", "raw", "top.img", "expected.img");
    }

    @Test
    void otherFilesAreOpenedOnlyAsTheGateAllows() throws Exception {
        Files.writeString(
                Path.of(path("evil.img")),
                """
                # Disk DescriptorFile
                version=1
                CID=123
                parentCID=ffffffff
                createType="monolithicFlat"
                RW 2 FLAT "/etc/passwd" 0
                """);

        assertThatThrownBy(() -> open("evil.img", ImageFormat.VMDK))
                .isInstanceOf(ImageException.Forbidden.class)
                .hasMessageContaining("/etc/passwd");
    }

    @Test
    void aStreamOptimizedOneIsNotWrittenTo() throws Exception {
        source();
        qemuImg(
                "convert",
                "-O",
                "vmdk",
                "-o",
                "subformat=streamOptimized",
                "source.img",
                "disk.img");

        assertThatThrownBy(
                        () ->
                                Images.open(
                                        directory,
                                        "disk.img",
                                        OpenOptions.writing(ImageFormat.VMDK)))
                .isInstanceOf(ImageException.Unsupported.class)
                .hasMessageContaining("disk.img");
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 20, 44, 56, 12})
    void aFieldOfTheHeaderThatMakesNoSenseIsRefused(int field) throws Exception {
        source();
        qemuImg("convert", "-O", "vmdk", "source.img", "disk.img");
        var bytes = Files.readAllBytes(Path.of(path("disk.img")));
        Arrays.fill(bytes, field, field + (field == 4 || field == 44 ? 4 : 8), (byte) 0x7f);
        Files.write(Path.of(path("disk.img")), bytes);

        assertThatThrownBy(() -> open("disk.img", ImageFormat.VMDK))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("disk.img");
    }
}
