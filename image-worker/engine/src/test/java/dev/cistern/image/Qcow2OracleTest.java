package dev.cistern.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.image.DiskImage.Space;
import dev.cistern.image.qcow2.Qcow2Image;
import dev.cistern.image.qcow2.Qcow2Options;
import dev.cistern.image.storage.Access;
import dev.cistern.image.storage.Directory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What we write QEMU accepts and reads the same, and the other way round. */
final class Qcow2OracleTest extends OracleBench {
    static Stream<Qcow2Options> options() {
        return Stream.of(
                USUAL,
                USUAL.withVersion(2),
                USUAL.withClusterSize(512),
                USUAL.withClusterSize(4096).withRefcountBits(1),
                USUAL.withRefcountBits(64).withLazyRefcounts(),
                USUAL.withClusterSize(2 << 20),
                USUAL.withExtendedL2(),
                USUAL.withClusterSize(16 * 1024).withExtendedL2().withZstd(),
                USUAL.withZstd(),
                USUAL.withBacking("below.img", "raw"),
                USUAL.withClusterSize(8192).withVersion(2).withBacking("below.img", "raw"),
                USUAL.withExtendedL2().withBacking("below.img", "raw"));
    }

    @ParameterizedTest
    @MethodSource("options")
    void qemuReadsWhatWeWrite(Qcow2Options options) throws Exception {
        var random = new Random(1);
        var content = new byte[CAPACITY];
        if (options.backing().isPresent()) {
            random.nextBytes(content);
            Files.write(folder.resolve("below.img"), Arrays.copyOf(content, 3 << 20));
            Arrays.fill(content, 3 << 20, CAPACITY, (byte) 0);
        }
        create("ours.img", options);

        try (var image = (Qcow2Image) open("ours.img", Access.READ_WRITE)) {
            for (var round = 0; round < 60; round++) {
                act(image, content, random);
            }
        }

        requireClean("ours.img");
        requireContent("ours.img", content);
        assertThat(read("ours.img")).isEqualTo(content);
        requireSameMap("ours.img");
    }

    @Test
    void aNewImageTakesLessSpaceThanItsTablesHaveRoomFor() throws Exception {
        create("ours.img", USUAL);

        requireClean("ours.img");
        try (var directory = Directory.open(folder)) {
            var status = directory.status("ours.img").orElseThrow();
            assertThat(status.size()).isEqualTo(4L * USUAL.clusterSize());
            assertThat(status.allocated()).isLessThan(USUAL.clusterSize());
        }
    }

    private static void act(Qcow2Image image, byte[] content, Random random) throws IOException {
        var offset = random.nextInt(CAPACITY);
        var length =
                Math.min(
                        1 + random.nextInt(random.nextBoolean() ? 3000 : 300_000),
                        CAPACITY - offset);
        switch (random.nextInt(6)) {
            case 0 -> {
                image.zero(offset, length, random.nextBoolean() ? Space.KEEP : Space.FREE);
                Arrays.fill(content, offset, offset + length, (byte) 0);
            }
            case 1 -> {
                var start = offset / image.clusterSize() * image.clusterSize();
                var part = new byte[Math.min(image.clusterSize(), CAPACITY - start)];
                Arrays.fill(part, (byte) random.nextInt());
                image.writeCompressed(ByteBuffer.wrap(part), start);
                System.arraycopy(part, 0, content, start, part.length);
            }
            case 2 -> image.flush();
            default -> {
                var part = new byte[length];
                random.nextBytes(part);
                image.write(ByteBuffer.wrap(part), offset);
                System.arraycopy(part, 0, content, offset, length);
            }
        }
    }

    /** One line of {@code qemu-img map --output=json}. */
    private record Run(
            long start, long length, long depth, boolean zero, boolean data, long offset) {}

    private static final Pattern RUN =
            Pattern.compile(
                    "\"start\": (\\d+), \"length\": (\\d+), \"depth\": (\\d+),"
                            + "(?: \"present\": \\w+,)? \"zero\": (\\w+), \"data\": (\\w+)(?:, \"offset\": (\\d+))?");

    private void requireSameMap(String name) throws Exception {
        var qemu = new ArrayList<Run>();
        var matcher =
                RUN.matcher(
                        Oracle.qemuImg("map", "--output=json", "-f", "qcow2", path(name)).output());
        while (matcher.find()) {
            qemu.add(
                    new Run(
                            Long.parseLong(matcher.group(1)),
                            Long.parseLong(matcher.group(2)),
                            Long.parseLong(matcher.group(3)),
                            Boolean.parseBoolean(matcher.group(4)),
                            Boolean.parseBoolean(matcher.group(5)),
                            matcher.group(6) == null ? -1 : Long.parseLong(matcher.group(6))));
        }
        assertThat(qemu).isNotEmpty();
        try (var image = open(name, Access.READ)) {
            for (var run : qemu) {
                requireSame(run, image);
            }
        }
    }

    /** A run of QEMU's may be several of ours, all alike. */
    private static void requireSame(Run run, DiskImage image) throws IOException {
        for (var at = run.start(); at < run.start() + run.length(); ) {
            var mapping = image.map(at, run.start() + run.length() - at);
            var where = "%s at 0x%x: %s".formatted(run, at, mapping);
            switch (mapping) {
                case Mapping.Data(_, var depth, var offset) -> {
                    assertThat(run.data()).as(where).isTrue();
                    assertThat((long) depth).as(where).isEqualTo(run.depth());
                    assertThat(offset).as(where).isEqualTo(run.offset() + at - run.start());
                }
                case Mapping.Compressed(_, var depth) -> {
                    assertThat(run.data()).as(where).isTrue();
                    assertThat(run.offset()).as(where).isEqualTo(-1);
                    assertThat((long) depth).as(where).isEqualTo(run.depth());
                }
                case Mapping.Zero _, Mapping.Unallocated _ ->
                        assertThat(run.zero()).as(where).isTrue();
            }
            at += mapping.length();
        }
    }

    static Stream<String> qemusOptions() {
        return Stream.of(
                "compat=1.1",
                "compat=0.10",
                "cluster_size=512",
                "cluster_size=2M,refcount_bits=1",
                "refcount_bits=64,lazy_refcounts=on",
                "extended_l2=on",
                "extended_l2=on,cluster_size=16k",
                "compression_type=zstd",
                "preallocation=metadata",
                "preallocation=full",
                "cluster_size=1k,preallocation=falloc");
    }

    @ParameterizedTest
    @MethodSource("qemusOptions")
    void weReadAndGoOnWithWhatQemuWrites(String options) throws Exception {
        qemuImg("create", "-q", "-f", "qcow2", "-o", options, "theirs.img", "5M");
        qemuIo(
                "theirs.img",
                "write -P 0x11 0 100k",
                "write -P 0x22 1000k 700k",
                options.matches(".*(2M|preallocation).*")
                        ? "write -P 0x33 2M 64k"
                        : "write -c -P 0x33 2M 64k",
                "write -z 1100k 128k",
                "write -P 0x44 3000k 512",
                "discard 1200k 200k",
                "write -P 0x55 5119k 1k");

        qemuImg("convert", "-f", "qcow2", "-O", "raw", "theirs.img", "raw.img");
        var content = Files.readAllBytes(folder.resolve("raw.img"));
        assertThat(read("theirs.img")).isEqualTo(content);
        requireClean("theirs.img");
        requireSameMap("theirs.img");

        var random = new Random(2);
        try (var image = (Qcow2Image) open("theirs.img", Access.READ_WRITE)) {
            for (var round = 0; round < 30; round++) {
                act(image, content, random);
            }
        }

        requireClean("theirs.img");
        requireContent("theirs.img", content);
    }

    @Test
    void chainsAreReadAsQemuReadsThem() throws Exception {
        qemuImg("create", "-q", "-f", "raw", "base.img", "3M");
        assertThat(
                        Oracle.run(
                                        "qemu-io",
                                        "-f",
                                        "raw",
                                        "-c",
                                        "write -P 1 0 3M",
                                        path("base.img"))
                                .status())
                .isZero();
        qemuImg("create", "-q", "-f", "qcow2", "-b", "base.img", "-F", "raw", "middle.img", "4M");
        qemuIo("middle.img", "write -P 2 1M 700k", "write -z 2M 128k");
        qemuImg(
                "create",
                "-q",
                "-f",
                "qcow2",
                "-o",
                "cluster_size=4k",
                "-b",
                "middle.img",
                "-F",
                "qcow2",
                "top.img",
                "6M");
        qemuIo("top.img", "write -P 3 1500k 5k", "discard 0 64k");

        qemuImg("convert", "-f", "qcow2", "-O", "raw", "top.img", "raw.img");

        assertThat(read("top.img")).isEqualTo(Files.readAllBytes(folder.resolve("raw.img")));
        requireSameMap("top.img");
    }
}
