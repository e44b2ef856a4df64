package dev.cistern.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.image.storage.Directory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What we say of images made by qemu-img is what qemu-img says, and the other way round. */
final class InfoOracleTest {
    @TempDir Path folder;
    private Path base;

    @BeforeEach
    void makeBase() throws Exception {
        base = folder.resolve("base.qcow2");
        qemuImg("create", "-q", "-f", "qcow2", base.toString(), "8M");
    }

    private static void qemuImg(String... arguments) throws Exception {
        var run = Oracle.qemuImg(arguments);
        assertThat(run.status()).as(run.output()).isZero();
    }

    static Stream<String> images() {
        return Stream.of(
                "raw",
                "qcow2",
                "qcow2 -o compat=0.10",
                "qcow2 -o cluster_size=512",
                "qcow2 -o cluster_size=2M",
                "qcow2 -o refcount_bits=1",
                "qcow2 -o refcount_bits=64,lazy_refcounts=on",
                "qcow2 -o extended_l2=on",
                "qcow2 -o compression_type=zstd",
                "qcow2 -o data_file=data.img,data_file_raw=on",
                "qcow2 -b base.qcow2 -F qcow2",
                "qcow2 -b base.qcow2 -F qcow2 -o compat=0.10",
                "vmdk",
                "vmdk -o subformat=monolithicFlat",
                "vmdk -o subformat=twoGbMaxExtentSparse",
                "vmdk -o subformat=twoGbMaxExtentFlat",
                "vmdk -o subformat=streamOptimized");
    }

    @ParameterizedTest
    @MethodSource("images")
    void saysOfQemusImageWhatQemuSays(String options) throws Exception {
        var image = folder.resolve("image");
        var words = ("create -q -f " + options).split(" ", -1);
        var arguments = Stream.concat(Stream.of(words), Stream.of("image", "8M")).toList();
        var made =
                new ProcessBuilder(
                                Stream.concat(Stream.of("qemu-img"), arguments.stream()).toList())
                        .directory(folder.toFile())
                        .inheritIO()
                        .start()
                        .waitFor();
        assertThat(made).isZero();

        ImageInfo info;
        try (var directory = Directory.open(folder)) {
            info = Images.info(directory, "image");
        }

        assertAgree(info, Oracle.info(image));
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 3_000, 3_960, 3_968, 3_976, 5_000, 60_000})
    void findsTheNameOfTheBaseWhereverItIsInTheFirstCluster(int before) throws Exception {
        var image = folder.resolve("image");
        qemuImg(
                "create",
                "-q",
                "-f",
                "qcow2",
                "-b",
                base.toString(),
                "-F",
                "qcow2",
                image.toString());
        var bytes = ByteBuffer.wrap(Files.readAllBytes(image));
        var rest = bytes.slice(112, (int) bytes.getLong(8) + bytes.getInt(16) - 112);
        var moved = ByteBuffer.allocate(rest.limit()).put(rest).flip();
        bytes.putInt(112, 0x12345678).putInt(116, before).putLong(8, bytes.getLong(8) + 8 + before);
        bytes.put(120, new byte[before]).put(120 + before, moved, 0, moved.limit());
        Files.write(image, bytes.array());

        ImageInfo info;
        try (var directory = Directory.open(folder)) {
            info = Images.info(directory, "image");
        }

        assertAgree(info, Oracle.info(image));
        assertThat(info.backingFormat()).contains("qcow2");
    }

    private static void assertAgree(ImageInfo info, Oracle.Run qemu) {
        assertThat(info.format().text()).isEqualTo(qemu.text("format"));
        assertThat(info.capacity()).isEqualTo(qemu.number("virtual-size"));
        if (!qemu.output().contains("data_file")) {
            assertThat(info.allocation()).isEqualTo(qemu.number("actual-size"));
        }
        assertThat(info.backingFile().isPresent()).isEqualTo(qemu.has("backing-filename"));
        info.backingFile()
                .ifPresent(file -> assertThat(file).isEqualTo(qemu.text("backing-filename")));
        info.backingFormat()
                .ifPresent(
                        format ->
                                assertThat(format).isEqualTo(qemu.text("backing-filename-format")));
        switch (info.details()) {
            case ImageInfo.Details.Raw() -> {}
            case ImageInfo.Details.Qcow2 details -> {
                assertThat(details.version()).isEqualTo(versionOf(qemu.text("compat")));
                assertThat((long) details.clusterSize()).isEqualTo(qemu.number("cluster-size"));
                assertThat((long) details.refcountBits()).isEqualTo(qemu.number("refcount-bits"));
                if (details.version() == 3) {
                    assertThat(Boolean.toString(details.lazyRefcounts()))
                            .isEqualTo(qemu.text("lazy-refcounts"));
                    assertThat(Boolean.toString(details.extendedL2()))
                            .isEqualTo(qemu.text("extended-l2"));
                    assertThat(details.compressionType()).isEqualTo(qemu.text("compression-type"));
                }
                details.dataFile()
                        .ifPresent(file -> assertThat(file).isEqualTo(qemu.text("data-file")));
            }
            case ImageInfo.Details.Vmdk details -> {
                assertThat(details.createType()).isEqualTo(qemu.text("create-type"));
                assertThat(details.cid()).isEqualTo(qemu.number("cid"));
                assertThat(details.parentCid()).isEqualTo(qemu.number("parent-cid"));
            }
        }
    }

    private static int versionOf(String compat) {
        return "1.1".equals(compat) ? 3 : 2;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 511, 512, 513, 65_537})
    void aRawFileHasWholeSectors(int length) throws Exception {
        Files.write(folder.resolve("odd"), new byte[length]);

        try (var directory = Directory.open(folder)) {
            assertAgree(Images.info(directory, "odd"), Oracle.info(folder.resolve("odd")));
        }
    }

    @Test
    void aTextFileIsRaw() throws Exception {
        Files.writeString(folder.resolve("notes.txt"), "# not a disk\nat all\n");

        try (var directory = Directory.open(folder)) {
            assertAgree(
                    Images.info(directory, "notes.txt"), Oracle.info(folder.resolve("notes.txt")));
        }
    }

    @ParameterizedTest
    @ValueSource(
            longs = {0, 512, 1 << 20, (1L << 29) - 512, 1L << 29, 1L << 40, 1L << 45, 1L << 50})
    void qemuAcceptsWhatWeCreate(long capacity) throws Exception {
        create("ours.qcow2", new CreateOptions(ImageFormat.QCOW2, capacity));
        qemuImg(
                "create",
                "-q",
                "-f",
                "qcow2",
                folder.resolve("theirs.qcow2").toString(),
                Long.toString(capacity));

        var check = Oracle.qemuImg("check", "-f", "qcow2", folder.resolve("ours.qcow2").toString());

        assertThat(check.status()).as(check.output()).isZero();
        var ours = Oracle.info(folder.resolve("ours.qcow2"));
        var theirs = Oracle.info(folder.resolve("theirs.qcow2"));
        for (var key : new String[] {"virtual-size", "cluster-size", "refcount-bits"}) {
            assertThat(ours.number(key)).as(key).isEqualTo(theirs.number(key));
        }
        for (var key :
                new String[] {
                    "format",
                    "compat",
                    "compression-type",
                    "lazy-refcounts",
                    "corrupt",
                    "extended-l2"
                }) {
            assertThat(ours.text(key)).as(key).isEqualTo(theirs.text(key));
        }
        assertThat(ours.number("actual-size")).isLessThanOrEqualTo(theirs.number("actual-size"));
    }

    @Test
    void qemuWritesToWhatWeCreate() throws Exception {
        create("ours.qcow2", new CreateOptions(ImageFormat.QCOW2, 64 << 20));
        var image = folder.resolve("ours.qcow2").toString();

        var written = Oracle.run("qemu-io", "-f", "qcow2", "-c", "write -P 0x5a 1M 3M", image);
        var read = Oracle.run("qemu-io", "-f", "qcow2", "-c", "read -P 0x5a 1M 3M", image);

        assertThat(written.status()).as(written.output()).isZero();
        assertThat(read.output()).doesNotContain("failed");
        assertThat(Oracle.qemuImg("check", image).status()).isZero();
    }

    @Test
    void moreThanTheFormatHoldsIsRefused() {
        assertThatThrownBy(
                        () -> create("ours.qcow2", new CreateOptions(ImageFormat.QCOW2, 1L << 52)))
                .isInstanceOf(ImageException.OutOfRange.class)
                .hasMessageContaining("2251799813685248");
    }

    private void create(String name, CreateOptions options) throws IOException {
        try (var directory = Directory.open(folder);
                var file = directory.createFile(name, 0600)) {
            Images.create(options, file);
            file.sync();
        }
    }
}
