package dev.cistern.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.image.qcow2.Qcow2Image;
import dev.cistern.image.qcow2.Qcow2Options;
import dev.cistern.image.storage.Access;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Images that lie on others, as QEMU has them. */
final class ImageChainTest extends OracleBench {
    private static final Pattern LINE =
            Pattern.compile(
                    "\"start\": (\\d+), \"length\": (\\d+), \"depth\": (\\d+), \"present\": (\\w+),"
                            + " \"zero\": (\\w+), \"data\": (\\w+)(?:, \"offset\": (\\d+))?}");

    private List<MapRun> ourMap(String name) throws IOException {
        var runs = new ArrayList<MapRun>();
        try (var image = open(name, Access.READ)) {
            MapRun.of(image, 0, image.capacity(), run -> runs.add(comparable(run)));
        }
        return runs;
    }

    /** This QEMU's map does not say what is compressed. */
    private static MapRun comparable(MapRun run) {
        return new MapRun(
                run.start(),
                run.length(),
                run.depth(),
                run.present(),
                run.zero(),
                run.data(),
                false,
                run.offset());
    }

    private List<MapRun> qemusMap(String name) throws Exception {
        var map = Oracle.qemuImg("map", "--output=json", "-f", "qcow2", path(name));
        return LINE.matcher(map.output().replaceAll(", \"compressed\": \\w+", ""))
                .results()
                .map(
                        found ->
                                new MapRun(
                                        Long.parseLong(found.group(1)),
                                        Long.parseLong(found.group(2)),
                                        Integer.parseInt(found.group(3)),
                                        Boolean.parseBoolean(found.group(4)),
                                        Boolean.parseBoolean(found.group(5)),
                                        Boolean.parseBoolean(found.group(6)),
                                        false,
                                        found.group(7) == null
                                                ? OptionalLong.empty()
                                                : OptionalLong.of(Long.parseLong(found.group(7)))))
                .toList();
    }

    private void createOver(String name, String below, String format, String size, String options)
            throws Exception {
        qemuImg(
                "create", "-q", "-f", "qcow2", "-o", options, "-b", below, "-F", format, name,
                size);
    }

    @ParameterizedTest
    @CsvSource({"3M, 4M, 6M", "6M, 4M, 5M", "2M, 6M, 3M", "4M, 1M, 8M"})
    void theMapOfAChainIsTheOneThatQemuGives(String base, String middle, String top)
            throws Exception {
        qemuImg("create", "-q", "-f", "raw", "base.img", base);
        assertThat(
                        Oracle.run("qemu-io", "-f", "raw", "-c", "write 0 1M", path("base.img"))
                                .status())
                .isZero();
        createOver("middle.img", "base.img", "raw", middle, "compat=1.1");
        qemuIo("middle.img", "write 640k 100k", "write -z 512k 64k", "write -c 960k 64k");
        createOver("top.img", "middle.img", "qcow2", top, "cluster_size=4k");
        qemuIo("top.img", "write -z 64k 64k", "write 1500k 5k", "write -z 600k 50k", "write 2M 1k");

        assertThat(ourMap("middle.img")).isEqualTo(qemusMap("middle.img"));
        assertThat(ourMap("top.img")).isEqualTo(qemusMap("top.img"));
        qemuImg("convert", "-f", "qcow2", "-O", "raw", "top.img", "raw.img");
        assertThat(read("top.img")).isEqualTo(Files.readAllBytes(folder.resolve("raw.img")));
    }

    @Test
    void compressedRunsAreCalledSo() throws Exception {
        create("image.img", USUAL);
        try (var image = (Qcow2Image) open("image.img", Access.READ_WRITE)) {
            image.writeCompressed(ByteBuffer.allocate(64 << 10), 128 << 10);

            var runs = new ArrayList<MapRun>();
            MapRun.of(image, 0, image.capacity(), runs::add);

            assertThat(runs).hasSize(3);
            assertThat(runs.get(1))
                    .isEqualTo(
                            new MapRun(
                                    128 << 10,
                                    64 << 10,
                                    0,
                                    true,
                                    false,
                                    true,
                                    true,
                                    OptionalLong.empty()));
        }
    }

    @Test
    void anEmptyImageHasNoRuns() throws Exception {
        qemuImg("create", "-q", "-f", "qcow2", "empty.img", "0");

        assertThat(ourMap("empty.img")).isEmpty();
    }

    @Test
    void theImagesOfAChainAreNamedByDepth() throws Exception {
        create("base.img", USUAL);
        create("middle.img", USUAL.withBacking("./base.img", "qcow2"));
        create("top.img", USUAL.withBacking(path("middle.img"), "qcow2"));

        try (var chain = Images.openChain(directory, "top.img", reading(OpenGate.anywhere()))) {
            assertThat(chain.images())
                    .extracting(DiskImage::name)
                    .containsExactly(path("top.img"), path("middle.img"), path("base.img"));
            assertThat(chain.top()).isSameAs(chain.images().getFirst());
        }
        open("base.img", Access.READ_WRITE).close();
    }

    private static OpenOptions reading(OpenGate gate) {
        return new OpenOptions(Optional.of(ImageFormat.QCOW2), Access.READ, gate);
    }

    @Test
    void aRelativeNameCountsFromTheFolderOfTheImageThatHasIt() throws Exception {
        Files.createDirectories(folder.resolve("deep/er"));
        Files.write(folder.resolve("deep/base.raw"), new byte[] {7});
        create("middle.img", USUAL.withBacking("../base.raw", "raw"));
        Files.move(Path.of(path("middle.img")), folder.resolve("deep/er/middle"));
        Files.createSymbolicLink(folder.resolve("link"), folder.resolve("deep/er/middle"));
        create("top.img", USUAL.withBacking("link", "qcow2"));

        try (var image = Images.open(directory, "top.img", reading(OpenGate.anywhere()))) {
            var first = ByteBuffer.allocate(1);
            image.read(first, 0);
            assertThat(first.get(0)).isEqualTo((byte) 7);
        }
        assertThatThrownBy(() -> open("top.img", Access.READ)).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "nbd://host/export, nbd",
        "'json:{\"driver\":\"file\"}', json",
        "a:b, a",
        "file:base.img, file"
    })
    void aBackingFileThatIsNotAFileIsRefusedByItsProtocol(String name, String protocol)
            throws Exception {
        create("image.img", USUAL.withBacking(name, "raw"));

        assertThatThrownBy(() -> Images.open(directory, "image.img", reading(OpenGate.anywhere())))
                .isInstanceOf(ImageException.Unsupported.class)
                .hasMessageContaining("protocol '" + protocol + "'")
                .hasMessageContaining(name);
    }

    @Test
    void aChainThatLeadsBackIsRefused() throws Exception {
        create("one.img", USUAL.withBacking("two.img", "qcow2"));
        create("two.img", USUAL.withBacking("three.img", "qcow2"));
        create("three.img", USUAL.withBacking("one.img", "qcow2"));

        assertThatThrownBy(() -> open("one.img", Access.READ))
                .isInstanceOf(ImageException.Corrupt.class)
                .hasMessageContaining("backing file of itself");
    }

    @Test
    void aChainThatIsTooLongIsRefusedAndNothingStaysOpen() throws Exception {
        var small = Qcow2Options.DEFAULT.withClusterSize(512);
        create("i0.img", small);
        for (var i = 1; i <= 200; i++) {
            create("i" + i + ".img", small.withBacking("i" + (i - 1) + ".img", "qcow2"));
        }

        open("i199.img", Access.READ).close();

        assertThatThrownBy(() -> open("i200.img", Access.READ_WRITE))
                .isInstanceOf(ImageException.Unsupported.class)
                .hasMessageContaining("200 images above it");
        open("i0.img", Access.READ_WRITE).close();
    }

    @Test
    void aSnapshotIsAnImageOfItsOwn() throws Exception {
        Files.write(folder.resolve("base.img"), random(2 << 20));
        createOver("image.img", "base.img", "raw", "4M", "cluster_size=16k");
        qemuIo("image.img", "write -P 1 100k 1M", "write -c -P 2 2M 16k");
        qemuImg("snapshot", "-c", "before", "image.img");
        qemuIo("image.img", "write -P 3 0 2M");
        qemuImg("snapshot", "-c", "1", "image.img");
        qemuIo("image.img", "write -z 0 4M");

        for (var snapshot : List.of("1", "before", "2")) {
            qemuImg("convert", "-f", "qcow2", "-l", snapshot, "-O", "raw", "image.img", "raw.img");
            try (var image =
                            Images.openSnapshot(
                                    directory, "image.img", snapshot, OpenGate.folder(directory));
                    var reader = open("image.img", Access.READ)) {
                assertThat(reader.capacity()).isEqualTo(4 << 20);
                var content = ByteBuffer.allocate((int) image.capacity());
                image.read(content, 0);
                assertThat(content.array())
                        .isEqualTo(Files.readAllBytes(folder.resolve("raw.img")));
                assertThatThrownBy(() -> image.write(ByteBuffer.allocate(1), 0))
                        .isInstanceOf(IOException.class);
                assertThatThrownBy(() -> open("image.img", Access.READ_WRITE))
                        .isInstanceOf(ImageInUseException.class);
            }
        }
        assertThatThrownBy(
                        () ->
                                Images.openSnapshot(
                                        directory,
                                        "image.img",
                                        "nothing",
                                        OpenGate.folder(directory)))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("nothing");
    }

    private static byte[] random(int length) {
        var bytes = new byte[length];
        new Random(1).nextBytes(bytes);
        return bytes;
    }
}
