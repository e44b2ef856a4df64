package dev.cistern.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.image.qcow2.Qcow2Image;
import dev.cistern.image.qcow2.Qcow2Options;
import dev.cistern.image.storage.Access;
import dev.cistern.image.vmdk.VmdkOptions;
import dev.cistern.image.vmdk.VmdkOptions.Subformat;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A guest boots from an image made here and writes to it. Its operating system is one sector, which
 * asks the BIOS for every write.
 */
final class GuestBootTest extends OracleBench {
    /** Far more than it takes. */
    private static final int MINUTES = 3;

    static List<Qcow2Options> options() {
        return List.of(USUAL, USUAL.withExtendedL2(), USUAL.withClusterSize(4096).withZstd());
    }

    @ParameterizedTest
    @MethodSource("options")
    void whatAGuestWroteIsReadAndSnapshotsAreAsBefore(Qcow2Options options) throws Exception {
        var content = new byte[CAPACITY];
        new Random(4).nextBytes(content);
        Arrays.fill(content, CAPACITY / 2, CAPACITY * 3 / 4, (byte) 0);
        System.arraycopy(BootSector.bytes(), 0, content, 0, BootSector.SIZE);
        create("guest.img", options);
        var first = content.clone();
        var second = writeAndSnapshot(content);

        boot("qcow2", "guest.img");

        BootSector.writeInto(content);
        requireClean("guest.img");
        assertThat(read("guest.img")).isEqualTo(content);
        requireContent("guest.img", content);
        assertThat(snapshot("first")).isEqualTo(first);
        assertThat(snapshot("second")).isEqualTo(second);
        try (var image = (Qcow2Image) open("guest.img", Access.READ_WRITE)) {
            image.revertToSnapshot("1");
        }
        requireClean("guest.img");
        assertThat(read("guest.img")).isEqualTo(first);
    }

    /** Returns what the second snapshot has, as has the image. */
    private byte[] writeAndSnapshot(byte[] content) throws Exception {
        try (var image = (Qcow2Image) open("guest.img", Access.READ_WRITE)) {
            image.write(ByteBuffer.wrap(content, 0, CAPACITY / 2), 0);
            image.write(ByteBuffer.wrap(content, CAPACITY * 3 / 4, CAPACITY / 4), CAPACITY * 3 / 4);
            image.createSnapshot("first", Clock.systemUTC());
            Arrays.fill(content, 1 << 20, 2 << 20, (byte) 'c');
            for (var at = 1 << 20; at < 2 << 20; at += image.clusterSize()) {
                image.writeCompressed(ByteBuffer.wrap(content, at, image.clusterSize()), at);
            }
            image.createSnapshot("second", Clock.systemUTC());
            return content.clone();
        }
    }

    @Test
    void aGuestBootsFromTheTipOfAGrownVmdkChainAndWrites() throws Exception {
        var content = new byte[2 * CAPACITY];
        new Random(4).nextBytes(content);
        Arrays.fill(content, CAPACITY / 2, CAPACITY * 3 / 4, (byte) 0);
        System.arraycopy(BootSector.bytes(), 0, content, 0, BootSector.SIZE);
        var options = VmdkOptions.DEFAULT.withSubformat(Subformat.TWO_GB_SPARSE);
        Images.create(CAPACITY, options, "guest.vmdk", name -> directory.createFile(name, 0600));
        writeVmdk(content, 0, CAPACITY / 2);
        var snapshots = new VmdkSnapshots(directory, "guest.vmdk", OpenGate.folder(directory));
        var first = snapshots.create("first", Clock.systemUTC());
        try (var image = openVmdk("guest.vmdk", Access.READ_WRITE)) {
            image.resize(2 * CAPACITY);
        }
        writeVmdk(content, CAPACITY * 3 / 4, CAPACITY * 5 / 4);
        snapshots.create("second", Clock.systemUTC());

        boot("vmdk", "guest.vmdk");

        BootSector.writeInto(content);
        requireVmdk(content);
        snapshots.delete(first, Progress.NONE);
        requireVmdk(content);
    }

    private void writeVmdk(byte[] content, int from, int length) throws Exception {
        try (var image = openVmdk("guest.vmdk", Access.READ_WRITE)) {
            image.write(ByteBuffer.wrap(content, from, length), from);
        }
    }

    private DiskImage openVmdk(String name, Access access) throws Exception {
        return Images.open(
                directory,
                name,
                new OpenOptions(Optional.of(ImageFormat.VMDK), access, OpenGate.folder(directory)));
    }

    private void requireVmdk(byte[] content) throws Exception {
        Files.write(folder.resolve("expected.img"), content);
        qemuImg("compare", "-f", "raw", "-F", "vmdk", "expected.img", path("guest.vmdk"));
        try (var image = openVmdk("guest.vmdk", Access.READ)) {
            var bytes = ByteBuffer.allocate(content.length);
            image.read(bytes, 0);
            assertThat(bytes.array()).isEqualTo(content);
        }
    }

    private void boot(String format, String name) throws Exception {
        var process =
                Oracle.start(
                        "qemu-system-x86_64",
                        "-accel",
                        "tcg",
                        "-nodefaults",
                        "-display",
                        "none",
                        "-no-reboot",
                        "-m",
                        "32",
                        "-device",
                        "isa-debug-exit,iobase=0xf4,iosize=0x04",
                        "-drive",
                        "if=ide,format=%s,file=%s".formatted(format, path(name)));
        try {
            assertThat(process.waitFor(MINUTES, TimeUnit.MINUTES)).isTrue();
            assertThat(process.exitValue()).as(output(process)).isZero();
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private static String output(Process process) throws Exception {
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private byte[] snapshot(String name) throws Exception {
        try (var image =
                Images.openSnapshot(directory, "guest.img", name, OpenGate.folder(directory))) {
            var content = ByteBuffer.allocate((int) image.capacity());
            image.read(content, 0);
            return content.array();
        }
    }
}
