package dev.cistern.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.image.CheckReport.Repair;
import dev.cistern.image.DiskImage.Space;
import dev.cistern.image.storage.Access;
import dev.cistern.image.vmdk.VmdkOptions;
import dev.cistern.image.vmdk.VmdkOptions.Subformat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** vmdk images that we make and write to, and QEMU reads and writes to in turn. */
final class VmdkWritingOracleTest extends OracleBench {
    private static final int LENGTH = 5 * 1024 * 1024 + 512;

    private void create(String name, long capacity, VmdkOptions options) throws IOException {
        Images.create(capacity, options, name, file -> directory.createFile(file, 0600));
    }

    private DiskImage openVmdk(String name, Access access) throws IOException {
        return Images.open(
                directory,
                name,
                new OpenOptions(Optional.of(ImageFormat.VMDK), access, OpenGate.folder(directory)));
    }

    private void write(String name, int offset, byte[] content) throws IOException {
        try (var image = openVmdk(name, Access.READ_WRITE)) {
            image.write(ByteBuffer.wrap(content), offset);
        }
    }

    private byte[] readVmdk(String name) throws IOException {
        try (var image = openVmdk(name, Access.READ)) {
            var content = ByteBuffer.allocate((int) image.capacity());
            image.read(content, 0);
            return content.array();
        }
    }

    private void requireSame(String name, byte[] content) throws Exception {
        Files.write(Path.of(path("expected.img")), content);
        qemuImg("compare", "-f", "raw", "-F", "vmdk", "expected.img", path(name));
        assertThat(Oracle.info(Path.of(path(name))).number("virtual-size"))
                .isEqualTo(content.length);
        assertThat(readVmdk(name)).isEqualTo(content);
        var check = Oracle.qemuImg("check", path(name));
        assertThat(check.status()).as(check.output()).isZero();
        var own = VmdkImages.check(directory, name, OpenGate.folder(directory), Repair.NONE);
        assertThat(own.clean()).as(own.toString()).isTrue();
    }

    private void change(String name, String... commands) throws Exception {
        for (var command : commands) {
            var run = Oracle.run("qemu-io", "-f", "vmdk", "-c", command, path(name));
            assertThat(run.output()).contains("wrote");
        }
    }

    private static byte[] random(int length) {
        var bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static void put(byte[] content, int offset, byte[] bytes) {
        System.arraycopy(bytes, 0, content, offset, bytes.length);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "STREAM_OPTIMIZED")
    void weAndQemuWriteInTurnAndItGrows(Subformat subformat) throws Exception {
        create("disk.vmdk", LENGTH, VmdkOptions.DEFAULT.withSubformat(subformat));
        var content = new byte[LENGTH];
        put(content, 70_000, random(500_000));
        put(content, LENGTH - 700, random(700));
        write("disk.vmdk", 70_000, random(500_000));
        write("disk.vmdk", LENGTH - 700, random(700));
        requireSame("disk.vmdk", content);

        change("disk.vmdk", "write -P 5 1M 100k", "write -P 6 65000 1000");
        Arrays.fill(content, 1 << 20, (1 << 20) + 102_400, (byte) 5);
        Arrays.fill(content, 65_000, 66_000, (byte) 6);
        requireSame("disk.vmdk", content);

        try (var image = openVmdk("disk.vmdk", Access.READ_WRITE)) {
            image.zero(1 << 20, 70_000, Space.FREE);
            image.resize(40L << 20);
            image.write(ByteBuffer.wrap(random(3000)), 39 << 20);
        }
        content = Arrays.copyOf(content, 40 << 20);
        Arrays.fill(content, 1 << 20, (1 << 20) + 70_000, (byte) 0);
        put(content, 39 << 20, random(3000));
        requireSame("disk.vmdk", content);
        change("disk.vmdk", "write -P 7 37M 1000");
        Arrays.fill(content, 37 << 20, (37 << 20) + 1000, (byte) 7);
        requireSame("disk.vmdk", content);
    }

    @Test
    void aSplitImageGrowsByExtents() throws Exception {
        create("disk.vmdk", 3L << 30, VmdkOptions.DEFAULT.withSubformat(Subformat.TWO_GB_SPARSE));
        try (var image = openVmdk("disk.vmdk", Access.READ_WRITE)) {
            image.write(ByteBuffer.wrap(random(100_000)), (2L << 30) - 50_000);
            image.resize(9L << 30);
            image.write(ByteBuffer.wrap(random(5000)), (9L << 30) - 5000);
        }

        var info = Oracle.info(Path.of(path("disk.vmdk")));
        assertThat(info.output()).contains("disk-s005.vmdk").doesNotContain("disk-s006.vmdk");
        var read = Oracle.run("qemu-io", "-r", "-f", "vmdk", "-c", "length", path("disk.vmdk"));
        assertThat(read.output()).contains("9 GiB");
        qemuImg("convert", "-f", "vmdk", "-O", "qcow2", path("disk.vmdk"), "copy.img");
        try (var image = open("copy.img", Access.READ)) {
            var bytes = ByteBuffer.allocate(100_000);
            image.read(bytes, (2L << 30) - 50_000);
            assertThat(bytes.array()).isEqualTo(random(100_000));
            image.read(bytes.clear().limit(5000), (9L << 30) - 5000);
            assertThat(Arrays.copyOf(bytes.array(), 5000)).isEqualTo(random(5000));
        }
    }

    @Test
    void oneOfThreeTebibytesGrows() throws Exception {
        create("disk.vmdk", 3L << 40, VmdkOptions.DEFAULT);
        try (var image = openVmdk("disk.vmdk", Access.READ_WRITE)) {
            image.write(ByteBuffer.wrap(random(5120)), (3L << 40) - 5120);
            image.resize(4L << 40);
            image.write(ByteBuffer.wrap(random(3072)), (4L << 40) - 3072);
        }

        var qemu = Oracle.run("qemu-io", "-r", "-f", "vmdk", "-c", "length", path("disk.vmdk"));
        assertThat(qemu.output()).contains("4 TiB");
        assertThat(readByQemu((3L << 40) - 5120, 5120)).isEqualTo(random(5120));
        assertThat(readByQemu((4L << 40) - 3072, 3072)).isEqualTo(random(3072));
        try (var image = openVmdk("disk.vmdk", Access.READ)) {
            assertThat(image.map(0, 4L << 40).length()).isEqualTo((3L << 40) - 65_536);
        }
    }

    private byte[] readByQemu(long offset, int length) throws Exception {
        var options =
                "driver=raw,offset=%d,size=%d,file.driver=vmdk,file.file.driver=file,file.file.filename=%s"
                        .formatted(offset, length, path("disk.vmdk"));
        qemuImg("convert", "-O", "raw", "--image-opts", options, "part.img");
        return Arrays.copyOf(Files.readAllBytes(Path.of(path("part.img"))), length);
    }

    @Test
    void theFirstChangeOfAnOpeningGivesAnotherContentIdAndReadingAndGrowingDoNot()
            throws Exception {
        create("disk.vmdk", LENGTH, VmdkOptions.DEFAULT);
        var made = contentId("disk.vmdk");
        readVmdk("disk.vmdk");
        try (var image = openVmdk("disk.vmdk", Access.READ_WRITE)) {
            image.resize(2L * LENGTH - 512);
            image.flush();
        }
        assertThat(contentId("disk.vmdk")).isEqualTo(made);

        write("disk.vmdk", 0, new byte[] {1});
        var first = contentId("disk.vmdk");
        write("disk.vmdk", 0, new byte[] {1});

        assertThat(first).isNotEqualTo(made);
        assertThat(contentId("disk.vmdk")).isNotEqualTo(first);
        assertThat(contentId("disk.vmdk"))
                .isEqualTo(Oracle.info(Path.of(path("disk.vmdk"))).number("cid"));
    }

    private long contentId(String name) throws IOException {
        return ((ImageInfo.Details.Vmdk) Images.info(directory, name).details()).cid();
    }

    @ParameterizedTest
    @EnumSource(names = {"MONOLITHIC_SPARSE", "TWO_GB_SPARSE"})
    void aChildIsReadByQemuOverItsParent(Subformat subformat) throws Exception {
        create("parent.vmdk", LENGTH, VmdkOptions.DEFAULT.withSubformat(Subformat.TWO_GB_FLAT));
        write("parent.vmdk", 0, random(LENGTH));
        var parent = new VmdkOptions.Parent("parent.vmdk", contentId("parent.vmdk"));
        create(
                "child.vmdk",
                LENGTH,
                VmdkOptions.DEFAULT.withSubformat(subformat).withZeroedGrains().over(parent));

        try (var image = openVmdk("child.vmdk", Access.READ_WRITE)) {
            image.write(ByteBuffer.wrap(random(1000)), 65_000);
            image.zero(1 << 20, 200_000, Space.FREE);
        }

        var content = random(LENGTH);
        put(content, 65_000, random(1000));
        Arrays.fill(content, 1 << 20, (1 << 20) + 200_000, (byte) 0);
        requireSame("child.vmdk", content);
        change("child.vmdk", "write -P 9 100 70000");
        Arrays.fill(content, 100, 70_100, (byte) 9);
        requireSame("child.vmdk", content);
    }

    @Test
    void unknownLinesAndTheEncodingAreKept() throws Exception {
        qemuImg(
                "create",
                "-q",
                "-f",
                "vmdk",
                "-o",
                "subformat=monolithicFlat",
                path("disk.vmdk"),
                "1M");
        var file = Path.of(path("disk.vmdk"));
        var text = Files.readString(file) + "ddb.comment = \"caf\u00e9\"\nddb.uuid = \"60 00\"\n";
        text =
                text.replaceAll(
                        "CID=[0-9a-f]+\nparent", "encoding=\"windows-1252\"\nCID=1234567\nparent");
        Files.write(file, text.getBytes(Charset.forName("windows-1252")));

        try (var image = openVmdk("disk.vmdk", Access.READ_WRITE)) {
            image.resize(1L << 34);
            image.write(ByteBuffer.wrap(new byte[] {1}), 0);
        }

        var after = Files.readString(file, Charset.forName("windows-1252"));
        assertThat(after)
                .contains("ddb.comment = \"caf\u00e9\"\nddb.uuid = \"60 00\"\n")
                .contains("RW 33554432 FLAT \"disk-flat.vmdk\" 0\n")
                .contains("ddb.geometry.cylinders = \"33288\"")
                .doesNotContain("CID=1234567\n");
        var info = Oracle.info(file);
        assertThat(info.number("virtual-size")).isEqualTo(1L << 34);
    }

    @Test
    void anEsxDescriptorIsReadAndWrittenTo() throws Exception {
        Files.write(Path.of(path("esx-flat.vmdk")), random(1 << 20));
        Files.writeString(
                Path.of(path("esx.vmdk")),
                """
                # Disk DescriptorFile
                version=1
                encoding="UTF-8"
                CID=fffffffe
                parentCID=ffffffff
                isNativeSnapshot="no"
                createType="vmfs"

                # Extent description
                RW 2048 VMFS "esx-flat.vmdk"

                # The Disk Data Base
                #DDB

                ddb.adapterType = "lsilogic"
                ddb.thinProvisioned = "1"
                """);

        write("esx.vmdk", 100, new byte[] {1, 2, 3});

        var content = random(1 << 20);
        put(content, 100, new byte[] {1, 2, 3});
        requireSame("esx.vmdk", content);
    }

    @Test
    void whatIsWrongWithTablesIsFoundAndSetRight() throws Exception {
        create("disk.vmdk", 1 << 20, VmdkOptions.DEFAULT);
        write("disk.vmdk", 0, random(300_000));
        var file = Path.of(path("disk.vmdk"));
        var bytes = Files.readAllBytes(file);
        var table = 27 * 512;
        System.arraycopy(bytes, table, bytes, table + 4, 4);
        Arrays.fill(bytes, table + 8, table + 12, (byte) 0x7f);
        Files.write(file, bytes);

        var gate = OpenGate.folder(directory);
        var found = VmdkImages.check(directory, "disk.vmdk", gate, Repair.NONE);
        var repaired = VmdkImages.check(directory, "disk.vmdk", gate, Repair.ALL);

        assertThat(found.corruptions()).isEqualTo(2);
        assertThat(found.findings())
                .anyMatch(text -> text.contains("is another grain, too"))
                .anyMatch(text -> text.contains("cluster offset after file size"));
        assertThat(repaired.corruptionsFixed()).isEqualTo(2);
        assertThat(repaired.clean()).as(repaired.toString()).isTrue();
        var content = new byte[1 << 20];
        put(content, 0, random(300_000));
        System.arraycopy(content, 0, content, 65_536, 65_536);
        Arrays.fill(content, 131_072, 196_608, (byte) 0);
        requireSame("disk.vmdk", content);
    }

    @Test
    void extentsAreOpenedForWritingOnlyAsTheGateAllows() throws Exception {
        for (var evil : new String[] {"/etc/passwd", "../x.vmdk", "/dev/null", "link.vmdk"}) {
            Files.deleteIfExists(Path.of(path("link.vmdk")));
            Files.createSymbolicLink(Path.of(path("link.vmdk")), Path.of("/etc/passwd"));
            Files.writeString(
                    Path.of(path("evil.vmdk")),
                    """
                    # Disk DescriptorFile
                    version=1
                    CID=12345678
                    parentCID=ffffffff
                    createType="monolithicFlat"
                    RW 2 FLAT "%s" 0
                    """
                            .formatted(evil));

            assertThatThrownBy(() -> openVmdk("evil.vmdk", Access.READ_WRITE))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(evil.substring(evil.lastIndexOf('/') + 1));
        }
        assertThat(Files.readString(Path.of(path("evil.vmdk")))).contains("CID=12345678");
    }
}
