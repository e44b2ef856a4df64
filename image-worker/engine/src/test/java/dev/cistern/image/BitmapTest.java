package dev.cistern.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.image.DiskImage.Space;
import dev.cistern.image.qcow2.Qcow2Image;
import dev.cistern.image.qcow2.Qcow2Options;
import dev.cistern.image.storage.Access;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Persistent bitmaps, as QEMU has them. */
final class BitmapTest extends OracleBench {
    private static final Pattern LINE =
            Pattern.compile("\"start\": (\\d+), \"length\": (\\d+),.*\"data\": (\\w+)");
    private static final Pattern INFO =
            Pattern.compile(
                    "\"flags\": \\[([^\\]]*)\\],\\s+\"name\": \"([^\"]*)\",\\s+\"granularity\": (\\d+)");

    private int exports;

    /** A part that was written to. */
    private record Part(long start, long end) {}

    private static List<Part> parts(DirtyParts dirty) {
        var parts = new ArrayList<Part>();
        for (var at = dirty.nextDirty(0); at < dirty.capacity(); ) {
            var end = dirty.nextClean(at);
            parts.add(new Part(at, end));
            at = dirty.nextDirty(end);
        }
        return parts;
    }

    private List<Part> ours(String image, String bitmap) throws IOException {
        try (var open = (Qcow2Image) open(image, Access.READ)) {
            return parts(open.bitmaps().dirty(bitmap));
        }
    }

    /** Through an export of the bitmap, in whose map what is dirty counts as no data. */
    private List<Part> theirs(String image, String bitmap) throws Exception {
        var socket = folder.resolve("nbd" + ++exports);
        var server =
                Oracle.start(
                        "qemu-nbd",
                        "-t",
                        "-r",
                        "-f",
                        "qcow2",
                        "-B",
                        bitmap,
                        "-k",
                        socket.toString(),
                        path(image));
        await(() -> listens(socket) || !server.isAlive());
        var map =
                Oracle.qemuImg(
                        "map",
                        "--output=json",
                        "--image-opts",
                        "driver=nbd,server.type=unix,server.path=%s,x-dirty-bitmap=qemu:dirty-bitmap:%s"
                                .formatted(socket, bitmap));
        server.toHandle().destroy(); // the process's own destroy() would close what it writes to
        var served = new String(server.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(map.status()).as(map.output() + served).isZero();
        assertThat(server.waitFor()).as(served).isZero();
        var parts = new ArrayList<Part>();
        var matcher = LINE.matcher(map.output());
        while (matcher.find()) {
            var start = Long.parseLong(matcher.group(1));
            var end = start + Long.parseLong(matcher.group(2));
            if (matcher.group(3).equals("false")) {
                parts.add(new Part(start, end));
            }
        }
        return parts;
    }

    /** The socket is there before anybody listens on it. */
    private static boolean listens(Path socket) {
        try (var _ = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    private static void await(BooleanSupplier condition) {
        var deadline = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
        }
    }

    private List<BitmapInfo> theirInfo(String image) throws Exception {
        return INFO.matcher(Oracle.info(folder.resolve(image)).output())
                .results()
                .map(
                        found ->
                                new BitmapInfo(
                                        found.group(2),
                                        Long.parseLong(found.group(3)),
                                        found.group(1).contains("auto"),
                                        found.group(1).contains("in-use")))
                .toList();
    }

    private void requireSame(String image, String... bitmaps) throws Exception {
        var details = (ImageInfo.Details.Qcow2) Images.info(directory, image).details();
        assertThat(details.bitmaps()).isEqualTo(theirInfo(image));
        for (var bitmap : bitmaps) {
            assertThat(ours(image, bitmap)).isEqualTo(theirs(image, bitmap));
        }
        requireClean(image);
    }

    static Stream<Qcow2Options> options() {
        return Stream.of(
                USUAL,
                USUAL.withClusterSize(512),
                USUAL.withExtendedL2(),
                USUAL.withBacking("below.img", "raw"));
    }

    @ParameterizedTest
    @MethodSource("options")
    void weGoOnWithBitmapsOfQemus(Qcow2Options options) throws Exception {
        Files.write(folder.resolve("below.img"), new byte[1 << 20]);
        create("image.img", options);
        qemuImg("bitmap", "--add", "-g", "4k", "image.img", "recording");
        qemuImg("bitmap", "--add", "--disable", "image.img", "still");
        qemuImg("bitmap", "--add", "-g", "512", "image.img", "fine");
        qemuIo("image.img", "write 100k 10k", "write -z 2M 100k", "discard 3M 64k");
        requireSame("image.img", "fine");
        var before = ours("image.img", "fine");
        assertThat(before).isNotEmpty();

        try (var image = (Qcow2Image) open("image.img", Access.READ_WRITE)) {
            image.write(ByteBuffer.allocate(3000), 4_000_001);
            image.zero(600_000, 5000, Space.FREE);
            image.discard(1 << 20, 128 << 10);
            image.writeCompressed(ByteBuffer.allocate(image.clusterSize()), 0);
        }

        requireSame("image.img", "recording", "still", "fine");
        assertThat(ours("image.img", "still")).isEmpty();
        assertThat(ours("image.img", "fine"))
                .startsWith(new Part(0, image0(options)))
                .contains(new Part(4_000_001 / 512 * 512, (4_003_001 + 511) / 512 * 512))
                .containsAll(before);
        qemuIo("image.img", "write 5242368 512");
        requireSame("image.img", "fine");
    }

    private static long image0(Qcow2Options options) {
        return options.clusterSize();
    }

    @Test
    void qemuGoesOnWithBitmapsOfOurs() throws Exception {
        create("image.img", USUAL);
        try (var image = (Qcow2Image) open("image.img", Access.READ_WRITE)) {
            image.write(ByteBuffer.allocate(1), 0);
            image.bitmaps().add("one", image.bitmaps().defaultGranularity(), true);
            image.bitmaps().add("two", 512, false);
            image.bitmaps().add("a name that is long", 1 << 20, true);
            image.write(ByteBuffer.allocate(70_000), 1 << 20);
            assertThat(image.bitmaps().list()).hasSize(3);
        }
        requireSame("image.img", "one", "two");
        assertThat(ours("image.img", "one")).containsExactly(new Part(1 << 20, 1179648));

        qemuImg("bitmap", "--merge", "one", "image.img", "two");
        qemuImg("bitmap", "--clear", "image.img", "one");
        qemuImg("bitmap", "--disable", "image.img", "one");
        qemuImg("bitmap", "--enable", "image.img", "two");
        qemuIo("image.img", "write 0 1k");

        requireSame("image.img", "one", "two");
        assertThat(ours("image.img", "two"))
                .containsExactly(new Part(0, 1024), new Part(1 << 20, 1179648));
    }

    @Test
    void everythingCanBeDoneWithThem() throws Exception {
        create("image.img", USUAL);
        qemuImg("bitmap", "--add", "-g", "64k", "image.img", "coarse");
        qemuImg("bitmap", "--add", "-g", "4k", "image.img", "fine");
        qemuIo("image.img", "write 0 1k", "write 1000k 1k");
        Files.copy(folder.resolve("image.img"), folder.resolve("theirs.img"));

        try (var image = (Qcow2Image) open("image.img", Access.READ_WRITE)) {
            var bitmaps = image.bitmaps();
            bitmaps.add("copy", 4096, false);
            bitmaps.merge("copy", bitmaps.dirty("coarse"));
            bitmaps.add("merged", 1 << 20, false);
            bitmaps.merge("merged", bitmaps.dirty("fine"));
            bitmaps.setRecording("coarse", false);
            bitmaps.clear("fine");
            image.write(ByteBuffer.allocate(1), 2 << 20);
            bitmaps.setRecording("copy", true);
            image.write(ByteBuffer.allocate(1), 3 << 20);
        }
        qemuImg("bitmap", "--add", "-g", "4k", "--disable", "theirs.img", "copy");
        qemuImg("bitmap", "--merge", "coarse", "theirs.img", "copy");
        qemuImg("bitmap", "--add", "-g", "1M", "--disable", "theirs.img", "merged");
        qemuImg("bitmap", "--merge", "fine", "theirs.img", "merged");
        qemuImg("bitmap", "--disable", "theirs.img", "coarse");
        qemuImg("bitmap", "--clear", "theirs.img", "fine");
        qemuIo("theirs.img", "write 2M 1");
        qemuImg("bitmap", "--enable", "theirs.img", "copy");
        qemuIo("theirs.img", "write 3M 1");

        requireSame("image.img");
        assertThat(theirInfo("image.img")).isEqualTo(theirInfo("theirs.img"));
        for (var name : List.of("coarse", "fine", "copy", "merged")) {
            assertThat(ours("image.img", name)).as(name).isEqualTo(theirs("theirs.img", name));
        }
        try (var image = (Qcow2Image) open("image.img", Access.READ_WRITE)) {
            for (var info : image.bitmaps().list()) {
                image.bitmaps().remove(info.name());
            }
        }
        requireSame("image.img");
        assertThat(theirInfo("image.img")).isEmpty();
    }

    @Test
    void aBitmapOfAnotherImageCanBeMerged() throws Exception {
        create("image.img", USUAL);
        create("other.img", USUAL);
        qemuImg("bitmap", "--add", "other.img", "source");
        qemuIo("other.img", "write 1M 1M");

        try (var image = (Qcow2Image) open("image.img", Access.READ_WRITE);
                var other = (Qcow2Image) open("other.img", Access.READ)) {
            image.bitmaps().add("target", 512, true);
            image.bitmaps().merge("target", other.bitmaps().dirty("source"));
        }

        assertThat(theirs("image.img", "target")).containsExactly(new Part(1 << 20, 2 << 20));
    }

    @ParameterizedTest
    @CsvSource({"512, 512", "512, 4096", "65536, 512"})
    void whatIsDirtyEverywhereIsKeptSo(int clusterSize, int granularity) throws Exception {
        create("image.img", USUAL.withClusterSize(clusterSize));
        try (var image = (Qcow2Image) open("image.img", Access.READ_WRITE)) {
            image.bitmaps().add("all", granularity, true);
            image.zero(0, CAPACITY, Space.FREE);
        }

        assertThat(theirs("image.img", "all")).containsExactly(new Part(0, CAPACITY));
        requireSame("image.img", "all");
        qemuIo("image.img", "write 0 1k");
        requireSame("image.img", "all");
    }

    @ParameterizedTest
    @CsvSource({"3M", "9M", "1100000256"})
    void resizingKeepsWhatIsLeft(String size) throws Exception {
        create("image.img", USUAL);
        qemuImg("bitmap", "--add", "-g", "512", "image.img", "bitmap");
        qemuIo("image.img", "write 2M 3M");
        Files.copy(folder.resolve("image.img"), folder.resolve("theirs.img"));
        qemuImg("resize", "-q", "-f", "qcow2", "--shrink", "theirs.img", size);
        var bytes = Images.info(directory, "theirs.img").capacity();

        try (var image = open("image.img", Access.READ_WRITE)) {
            image.resize(bytes);
        }

        requireSame("image.img", "bitmap");
        assertThat(ours("image.img", "bitmap")).isEqualTo(theirs("theirs.img", "bitmap"));
    }

    @Test
    void bitmapsOfAnImageThatWasNotClosedAreOfNoUse() throws Exception {
        create("image.img", USUAL);
        qemuImg("bitmap", "--add", "image.img", "bitmap");
        qemuImg("bitmap", "--add", "image.img", "another");
        try (var image = open("image.img", Access.READ_WRITE)) {
            image.write(ByteBuffer.allocate(1), 0);
            Files.copy(folder.resolve("image.img"), folder.resolve("killed.img"));
        }

        assertThat(theirInfo("killed.img")).hasSize(2).allMatch(BitmapInfo::inconsistent);
        requireSame("killed.img");
        assertThatThrownBy(() -> ours("killed.img", "bitmap"))
                .isInstanceOf(ImageException.Corrupt.class)
                .hasMessageContaining("inconsistent");
        try (var image = (Qcow2Image) open("killed.img", Access.READ_WRITE)) {
            assertThatThrownBy(() -> image.resize(1 << 20))
                    .isInstanceOf(ImageException.Unsupported.class);
            assertThatThrownBy(() -> image.bitmaps().clear("bitmap"))
                    .isInstanceOf(ImageException.Corrupt.class);
            image.bitmaps().remove("bitmap");
            image.bitmaps().add("bitmap", 65536, true);
            image.write(ByteBuffer.allocate(1), 0);
        }
        requireSame("killed.img", "bitmap");
        assertThat(theirInfo("killed.img"))
                .extracting(BitmapInfo::inconsistent)
                .containsExactly(true, false);
    }

    @Test
    void whoOnlyReadsLeavesThemAlone() throws Exception {
        create("image.img", USUAL);
        qemuImg("bitmap", "--add", "image.img", "bitmap");
        var before = Files.readAllBytes(folder.resolve("image.img"));

        assertThat(ours("image.img", "bitmap")).isEmpty();
        open("image.img", Access.READ_WRITE).close();

        assertThat(Files.readAllBytes(folder.resolve("image.img"))).isEqualTo(before);
    }

    @Test
    void snapshotsComeAndGoBesideThemButAreNotRevertedTo() throws Exception {
        create("image.img", USUAL);
        try (var image = (Qcow2Image) open("image.img", Access.READ_WRITE)) {
            image.bitmaps().add("bitmap", 65536, true);
            var snapshot = image.createSnapshot("one", Clock.systemUTC());
            image.write(ByteBuffer.allocate(1), 0);
            assertThatThrownBy(() -> image.revertToSnapshot(snapshot.id()))
                    .isInstanceOf(ImageException.Unsupported.class)
                    .hasMessageContaining("bitmaps");
            image.deleteSnapshot(snapshot.id());
        }
        requireSame("image.img", "bitmap");
        qemuImg("snapshot", "-c", "theirs", "image.img");
        assertThat(Oracle.qemuImg("snapshot", "-a", "theirs", path("image.img")).status())
                .isNotZero();
    }

    @Test
    void whatCannotBeIsRefused() throws Exception {
        create("image.img", USUAL);
        create("old.img", USUAL.withVersion(2));
        try (var image = (Qcow2Image) open("image.img", Access.READ_WRITE);
                var old = (Qcow2Image) open("old.img", Access.READ_WRITE)) {
            var bitmaps = image.bitmaps();
            bitmaps.add("taken", 4096, true);
            for (var granularity : new long[] {0, 256, 5000, 1L << 32, -512}) {
                assertThatThrownBy(() -> bitmaps.add("new", granularity, true))
                        .isInstanceOf(ImageException.OutOfRange.class);
            }
            assertThatThrownBy(() -> bitmaps.add("", 4096, true))
                    .isInstanceOf(ImageException.OutOfRange.class);
            assertThatThrownBy(() -> bitmaps.add("n".repeat(1024), 4096, true))
                    .isInstanceOf(ImageException.OutOfRange.class);
            assertThatThrownBy(() -> bitmaps.add("taken", 4096, true))
                    .isInstanceOf(FileAlreadyExistsException.class);
            assertThatThrownBy(() -> bitmaps.remove("missing"))
                    .isInstanceOf(NoSuchFileException.class);
            assertThatThrownBy(() -> old.bitmaps().add("new", 4096, true))
                    .isInstanceOf(ImageException.OutOfRange.class);
            assertThatThrownBy(() -> image.resize(0)).isInstanceOf(ImageException.OutOfRange.class);
        }
        requireSame("image.img", "taken");
    }
}
