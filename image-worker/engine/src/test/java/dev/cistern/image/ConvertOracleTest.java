package dev.cistern.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.image.crypto.LuksOptions;
import dev.cistern.image.operations.Conversion;
import dev.cistern.image.operations.Convert;
import dev.cistern.image.operations.CopyOptions;
import dev.cistern.image.operations.NewImage;
import dev.cistern.image.storage.Access;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Images of every format become images of every other, and QEMU sees the same in both. */
final class ConvertOracleTest extends OracleBench {
    /** Not a multiple of a cluster, and longer than several threads take at once. */
    private static final int LENGTH = (9 << 20) + 3 * 512;

    private static final Secret SECRET = Secret.of("moving".toCharArray());
    private static final LuksOptions QUICK =
            LuksOptions.DEFAULT.withIterationTime(Duration.ofMillis(5));
    private static final String KEY = "secret,id=key,data=moving";

    /** Text, noise, zeroes that are stored, holes. */
    private void source() throws IOException {
        var content = new byte[LENGTH];
        var random = new Random(5);
        for (var at = 0; at < LENGTH; at += 70_000) {
            var end = Math.min(LENGTH, at + 70_000);
            switch (random.nextInt(4)) {
                case 0 -> {}
                case 1 -> {
                    var noise = new byte[end - at];
                    random.nextBytes(noise);
                    System.arraycopy(noise, 0, content, at, noise.length);
                }
                default -> Arrays.fill(content, at, end, (byte) ('a' + random.nextInt(20)));
            }
        }
        Arrays.fill(content, 2 << 20, 5 << 20, (byte) 0);
        Files.write(Path.of(path("source.img")), content);
    }

    static Stream<String> formats() {
        return Stream.of("raw", "qcow2", "zlib", "zstd", "luks", "extended", "vmdk", "stream");
    }

    private static final List<String> TARGETS =
            List.of("raw", "qcow2", "zlib", "zstd", "luks", "extended", "tiny");

    private void make(String kind) throws Exception {
        switch (kind) {
            case "raw" -> qemuImg("convert", "-O", "raw", "source.img", "from.img");
            case "qcow2" -> qemuImg("convert", "-O", "qcow2", "source.img", "from.img");
            case "zlib" -> qemuImg("convert", "-c", "-O", "qcow2", "source.img", "from.img");
            case "zstd" ->
                    qemuImg(
                            "convert",
                            "-c",
                            "-O",
                            "qcow2",
                            "-o",
                            "compression_type=zstd",
                            "source.img",
                            "from.img");
            case "luks" -> makeEncrypted();
            case "extended" ->
                    qemuImg(
                            "convert",
                            "-O",
                            "qcow2",
                            "-o",
                            "extended_l2=on,cluster_size=128k",
                            "source.img",
                            "from.img");
            case "vmdk" -> qemuImg("convert", "-O", "vmdk", "source.img", "from.img");
            case "stream" ->
                    qemuImg(
                            "convert",
                            "-O",
                            "vmdk",
                            "-o",
                            "subformat=streamOptimized",
                            "source.img",
                            "from.img");
            default -> throw new IllegalArgumentException(kind);
        }
    }

    /** By us, since QEMU measures the machine for seconds whenever it makes a key slot. */
    private void makeEncrypted() throws Exception {
        try (var image = open("source.img", "raw")) {
            convert(image, "from.img", Conversion.to(target("luks")));
        }
    }

    private static NewImage target(String kind) {
        return switch (kind) {
            case "raw" -> NewImage.raw();
            case "qcow2" -> NewImage.qcow2(USUAL);
            case "zlib" -> new NewImage.Qcow2(USUAL, true);
            case "zstd" -> new NewImage.Qcow2(USUAL.withZstd(), true);
            case "luks" -> NewImage.qcow2(USUAL.withEncryption(QUICK, SECRET));
            case "extended" ->
                    new NewImage.Qcow2(USUAL.withExtendedL2().withClusterSize(64 << 10), false);
            case "tiny" -> new NewImage.Qcow2(USUAL.withClusterSize(512), true);
            default -> throw new IllegalArgumentException(kind);
        };
    }

    private static ImageFormat format(String kind) {
        return switch (kind) {
            case "raw" -> ImageFormat.RAW;
            case "vmdk", "stream" -> ImageFormat.VMDK;
            default -> ImageFormat.QCOW2;
        };
    }

    private DiskImage open(String name, String kind) throws IOException {
        return Images.open(
                directory,
                name,
                new OpenOptions(
                        Optional.of(format(kind)),
                        Access.READ,
                        OpenGate.folder(directory),
                        "luks".equals(kind) ? Secrets.ofTop(SECRET) : Secrets.none()));
    }

    private void convert(DiskImage from, String name, Conversion conversion) throws IOException {
        Convert.into(directory.createFile(name, 0600), from, conversion, Progress.NONE);
    }

    private String encrypted(String name) {
        return "driver=qcow2,encrypt.key-secret=key,file.filename=" + path(name);
    }

    private void requireSame(String name, String kind) throws Exception {
        if ("luks".equals(kind)) {
            qemuImg(
                    "compare",
                    "--object",
                    KEY,
                    "--image-opts",
                    "driver=raw,file.filename=" + path("source.img"),
                    encrypted(name));
            qemuImg("check", "-q", "--object", KEY, "--image-opts", encrypted(name));
            return;
        }
        qemuImg("compare", "-f", "raw", "-F", format(kind).text(), "source.img", name);
        if (format(kind) == ImageFormat.QCOW2) {
            requireClean(name);
        }
    }

    @ParameterizedTest
    @MethodSource("formats")
    void readsTheSameInEveryFormat(String from) throws Exception {
        source();
        make(from);
        for (var to : TARGETS) {
            var name = to + ".img";
            try (var image = open("from.img", from)) {
                convert(image, name, Conversion.to(target(to)).verifying());
            }
            requireSame(name, to);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"raw", "qcow2", "zlib", "luks"})
    void nothingAndThreeTebibytes(String to) throws Exception {
        for (var size : new String[] {"0", "3T"}) {
            qemuImg("create", "-q", "-f", "qcow2", "empty.img", size);
            try (var image = open("empty.img", "qcow2")) {
                convert(image, "to" + size + ".img", Conversion.to(target(to)));
            }
            assertThat(Oracle.info(folder.resolve("to" + size + ".img")).number("virtual-size"))
                    .isEqualTo("0".equals(size) ? 0 : 3L << 40);
            assertThat(Files.size(folder.resolve("to" + size + ".img")))
                    .isLessThan("raw".equals(to) ? Long.MAX_VALUE : 8 << 20);
        }
    }

    /** What the source leaves to the image below is left to it by the target too. */
    @ParameterizedTest
    @ValueSource(strings = {"qcow2", "zlib", "extended"})
    void aBackingFileStaysWhereItIs(String to) throws Exception {
        source();
        qemuImg("convert", "-O", "qcow2", "source.img", "below.img");
        qemuImg("create", "-q", "-f", "qcow2", "-b", "below.img", "-F", "qcow2", "top.img", "12M");
        qemuIo("top.img", "write -P 9 100k 5k", "write -z 1M 640k", "write -P 8 11M 100k");

        var over = ((NewImage.Qcow2) target(to)).options().withBacking("below.img", "qcow2");
        try (var image = open("top.img", "qcow2")) {
            convert(
                    image,
                    "to.img",
                    Conversion.to(new NewImage.Qcow2(over, "zlib".equals(to)))
                            .copying(CopyOptions.DEFAULT.ofOwnOnly())
                            .through(OpenGate.folder(directory))
                            .verifying());
        }

        qemuImg("compare", "top.img", "to.img");
        requireClean("to.img");
        assertThat(Files.size(folder.resolve("to.img"))).isLessThan(2 << 20);
    }

    /** A target over an image of other content hides all of that. */
    @Test
    void nothingShinesThroughFromBelow() throws Exception {
        source();
        qemuImg("create", "-q", "-f", "raw", "below.img", "16M");
        Oracle.run("qemu-io", "-f", "raw", "-c", "write -P 7 0 16M", path("below.img"));

        try (var image = open("source.img", "raw")) {
            convert(
                    image,
                    "to.img",
                    Conversion.to(NewImage.qcow2(USUAL.withBacking("below.img", "raw")))
                            .withCapacity(16 << 20)
                            .through(OpenGate.folder(directory)));
        }

        qemuImg("compare", "-f", "raw", "-F", "qcow2", "source.img", "to.img");
        requireClean("to.img");
    }

    @Test
    void zeroesAreStoredWhenAskedFor() throws Exception {
        source();
        try (var image = open("source.img", "raw")) {
            convert(
                    image,
                    "to.img",
                    Conversion.to(NewImage.qcow2(USUAL))
                            .copying(CopyOptions.DEFAULT.withSparseBytes(0)));
        }

        requireSame("to.img", "qcow2");
        assertThat(Files.size(folder.resolve("to.img"))).isGreaterThan(LENGTH);
    }

    @Test
    void aSmallerTargetIsRefused() throws Exception {
        source();
        try (var image = open("source.img", "raw")) {
            assertThatThrownBy(
                            () ->
                                    convert(
                                            image,
                                            "to.img",
                                            Conversion.to(NewImage.raw()).withCapacity(1 << 20)))
                    .isInstanceOf(ImageException.OutOfRange.class)
                    .hasMessageContaining("source.img")
                    .hasMessageContaining("1048576");
        }
    }
}
