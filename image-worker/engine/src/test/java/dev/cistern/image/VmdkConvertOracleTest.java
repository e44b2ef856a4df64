package dev.cistern.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.image.CheckReport.Repair;
import dev.cistern.image.operations.Checksum;
import dev.cistern.image.operations.Conversion;
import dev.cistern.image.operations.Convert;
import dev.cistern.image.operations.Measure;
import dev.cistern.image.operations.NewImage;
import dev.cistern.image.vmdk.VmdkOptions;
import dev.cistern.image.vmdk.VmdkOptions.Subformat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.Inflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes a vmdk image reads the same, here and with QEMU. */
final class VmdkConvertOracleTest extends OracleBench {
    private static final int LENGTH = (40 << 20) + 7 * 512;
    private static final int SECTOR = 512;
    private static final int GRAIN = 64 << 10;

    private byte[] source() throws IOException {
        var content = new byte[LENGTH];
        var random = new Random(11);
        for (var at = 0; at < LENGTH; at += 900_000) {
            var noise = new byte[Math.min(150_000, LENGTH - at)];
            random.nextBytes(noise);
            System.arraycopy(noise, 0, content, at, noise.length);
        }
        Arrays.fill(content, 33 << 20, 35 << 20, (byte) 'v');
        Files.write(folder.resolve("source.img"), content);
        return content;
    }

    private static VmdkOptions options(Subformat subformat) {
        return VmdkOptions.DEFAULT.withSubformat(subformat);
    }

    private DiskImage open(String name, ImageFormat format) throws IOException {
        return Images.open(
                directory, name, OpenOptions.reading(format).through(OpenGate.folder(directory)));
    }

    private static Conversion to(Subformat subformat) {
        return Conversion.to(new NewImage.Vmdk(options(subformat), "to.vmdk"));
    }

    private void convert(String from, ImageFormat format, Conversion conversion)
            throws IOException {
        try (var image = open(from, format)) {
            Convert.into(directory, "to.vmdk", 0600, image, conversion, Progress.NONE);
        }
    }

    @ParameterizedTest
    @EnumSource(Subformat.class)
    void readsTheSame(Subformat subformat) throws Exception {
        source();
        qemuImg("convert", "-c", "-O", "qcow2", "source.img", "from.img");

        convert("from.img", ImageFormat.QCOW2, to(subformat).verifying());

        qemuImg("compare", "-f", "raw", "-F", "vmdk", "source.img", path("to.vmdk"));
        if (!subformat.flat()) {
            qemuImg("check", "-q", "-f", "vmdk", path("to.vmdk"));
        }
        var gate = OpenGate.folder(directory);
        assertThat(VmdkImages.check(directory, "to.vmdk", gate, Repair.NONE).clean()).isTrue();
        assertThat(Oracle.info(folder.resolve("to.vmdk")).text("create-type"))
                .isEqualTo(subformat.text());
        requireMeasured(subformat);
    }

    private void requireMeasured(Subformat subformat) throws IOException {
        try (var source = open("source.img", ImageFormat.RAW);
                var target = open("to.vmdk", ImageFormat.VMDK)) {
            var measure = Measure.of(new NewImage.Vmdk(options(subformat), "to.vmdk"), source);
            var bytes = 0L;
            try (var files = Files.newDirectoryStream(folder, "to*.vmdk")) {
                for (var file : files) {
                    bytes += Files.size(file) < SECTOR * 8 ? 0 : Files.size(file);
                }
            }
            assertThat(measure.required()).isGreaterThanOrEqualTo(bytes);
            assertThat(measure.fullyAllocated()).isGreaterThanOrEqualTo(measure.required());
            assertThat(Checksum.of(target, 2, Progress.NONE))
                    .isEqualTo(Checksum.of(source, 1, Progress.NONE));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Subformat.class,
            names = {"MONOLITHIC_SPARSE", "STREAM_OPTIMIZED"})
    void threeTebibytesOfAlmostNothing(Subformat subformat) throws Exception {
        qemuImg("create", "-q", "-f", "qcow2", "large.img", "3T");
        qemuIo("large.img", "write -P 5 2T 100k");

        convert("large.img", ImageFormat.QCOW2, to(subformat));

        var info = Oracle.info(folder.resolve("to.vmdk"));
        assertThat(info.number("virtual-size")).isEqualTo(3L << 40);
        var read = Oracle.run("qemu-io", "-f", "vmdk", "-c", "read -P 5 2T 100k", path("to.vmdk"));
        assertThat(read.output()).contains("read 102400/102400").doesNotContain("failed");
    }

    /** QEMU opens no sparse vmdk image without capacity, not even its own. */
    @ParameterizedTest
    @EnumSource(Subformat.class)
    void nothingAtAll(Subformat subformat) throws Exception {
        qemuImg("create", "-q", "-f", "qcow2", "empty.img", "0");

        convert("empty.img", ImageFormat.QCOW2, to(subformat).verifying());

        try (var image = open("to.vmdk", ImageFormat.VMDK)) {
            assertThat(image.capacity()).isZero();
        }
    }

    @Test
    void aSetIsMadeInAFileOnlyWithAGateForTheOthers() throws Exception {
        source();
        var set = new NewImage.Vmdk(options(Subformat.TWO_GB_SPARSE), "to.vmdk");
        try (var image = open("source.img", ImageFormat.RAW)) {
            assertThatThrownBy(
                            () ->
                                    Convert.into(
                                            directory.createFile("to.vmdk", 0600),
                                            image,
                                            Conversion.to(set),
                                            Progress.NONE))
                    .isInstanceOf(ImageException.Forbidden.class)
                    .hasMessageContaining("to-s001.vmdk");
            directory.unlink("to.vmdk");
            Convert.into(
                    directory.createFile("to.vmdk", 0600),
                    image,
                    Conversion.to(set).through(OpenGate.folder(directory)).verifying(),
                    Progress.NONE);
        }
        qemuImg("compare", "-f", "raw", "-F", "vmdk", "source.img", path("to.vmdk"));
    }

    /**
     * Byte by byte what the specification says (VMware Virtual Disk Format 5.0, "Stream-optimized
     * compressed sparse extents"), since QEMU does not look at all of it.
     */
    @Test
    void aStreamIsAsSpecified() throws Exception {
        var content = source();
        convert("source.img", ImageFormat.RAW, to(Subformat.STREAM_OPTIMIZED));

        var stream =
                ByteBuffer.wrap(Files.readAllBytes(folder.resolve("to.vmdk")))
                        .order(ByteOrder.LITTLE_ENDIAN);
        var end = stream.capacity();
        requireHeader(stream, 0);
        assertThat(stream.getLong(56)).isEqualTo(-1);
        assertMarker(stream, end - 3 * SECTOR, 1, 3);
        requireHeader(stream, end - 2 * SECTOR);
        assertMarker(stream, end - SECTOR, 0, 0);
        var directory = Math.toIntExact(stream.getLong(end - 2 * SECTOR + 56)) * SECTOR;
        assertMarker(stream, directory - SECTOR, 1, 2);
        assertThat(directory + SECTOR).isEqualTo(end - 3 * SECTOR);

        var guest = new byte[Math.ceilDiv(LENGTH, GRAIN) * GRAIN];
        var at = 128 * SECTOR;
        for (var last = -1L; at < directory - SECTOR; ) {
            var length = stream.getInt(at + 8);
            if (length > 0) {
                var sector = stream.getLong(at);
                assertThat(sector).isGreaterThan(last);
                assertThat(sector % 128).isZero();
                last = sector;
                assertThat(Integer.toUnsignedLong(entry(stream, directory, sector)))
                        .isEqualTo(at / SECTOR);
                unpack(stream, at + 12, length, guest, Math.toIntExact(sector * SECTOR));
                at += Math.ceilDiv(12 + length, SECTOR) * SECTOR;
            } else {
                assertMarker(stream, at, 4, 1);
                at += 5 * SECTOR;
            }
        }
        assertThat(at).isEqualTo(directory - SECTOR);
        assertThat(guest).startsWith(content).endsWith(new byte[guest.length - LENGTH]);
    }

    private static void requireHeader(ByteBuffer stream, int at) {
        assertThat(stream.getInt(at)).isEqualTo(0x564d444b);
        assertThat(stream.getInt(at + 4)).as("version").isEqualTo(3);
        assertThat(stream.getInt(at + 8)).as("flags").isEqualTo(0x30001);
        assertThat(stream.getLong(at + 12)).as("capacity").isEqualTo(LENGTH / SECTOR);
        assertThat(stream.getLong(at + 20)).as("grain").isEqualTo(128);
        assertThat(stream.getInt(at + 44)).as("table").isEqualTo(512);
        assertThat(stream.getLong(at + 48)).as("redundant").isZero();
        assertThat(stream.getLong(at + 64)).as("overhead").isEqualTo(128);
        assertThat(stream.getInt(at + 73)).as("line ends").isEqualTo(0x0a0d200a);
        assertThat(stream.getShort(at + 77)).as("compression").isEqualTo((short) 1);
    }

    private static void assertMarker(ByteBuffer stream, int at, long sectors, int type) {
        assertThat(stream.getLong(at)).as("sectors of the marker at %d", at).isEqualTo(sectors);
        assertThat(stream.getInt(at + 8)).isZero();
        assertThat(stream.getInt(at + 12)).as("type of the marker at %d", at).isEqualTo(type);
    }

    private static int entry(ByteBuffer stream, int directory, long sector) {
        var grain = (int) (sector / 128);
        var table = stream.getInt(directory + grain / 512 * 4) * SECTOR;
        return stream.getInt(table + grain % 512 * 4);
    }

    private static void unpack(ByteBuffer stream, int at, int length, byte[] guest, int offset)
            throws Exception {
        var inflater = new Inflater();
        try {
            inflater.setInput(stream.slice(at, length));
            assertThat(inflater.inflate(guest, offset, GRAIN)).isEqualTo(GRAIN);
            assertThat(inflater.inflate(new byte[1])).isZero();
            assertThat(inflater.finished()).isTrue();
        } finally {
            inflater.end();
        }
    }
}
