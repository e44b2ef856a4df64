package dev.cistern.image.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.image.ImageFormat;
import dev.cistern.image.Images;
import dev.cistern.image.storage.StorageCapabilities.Support;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Files are copied with their holes whatever the file system can. Further file systems are named by
 * the system property {@code cistern.test.folders}, separated by colons.
 */
final class FileCopyTest {
    private static final int LENGTH = 20 << 20;
    private static final Path MEMORY = Path.of("/dev/shm");

    @TempDir static Path usual;
    private final ArrayList<Path> made = new ArrayList<>();

    static Stream<Path> folders() {
        var others = System.getProperty("cistern.test.folders", "");
        return Stream.concat(
                Stream.of(usual, MEMORY).filter(Files::isWritable),
                Stream.of(others.split(":", -1)).filter(name -> !name.isEmpty()).map(Path::of));
    }

    private Directory folderIn(Path parent) throws IOException {
        var folder = Files.createTempDirectory(parent, "copy");
        made.add(folder);
        return Directory.open(folder);
    }

    @AfterEach
    void remove() throws IOException {
        for (var folder : made) {
            try (var parent = Directory.open(folder.resolve(".."))) {
                parent.removeTree(String.valueOf(folder.getFileName()));
            }
        }
    }

    private static byte[] fill(FileStorage file) throws IOException {
        var content = new byte[LENGTH];
        var part = new byte[300_000];
        new Random(1).nextBytes(part);
        for (var at : new int[] {0, 5 << 20, LENGTH - part.length}) {
            file.writeFully(ByteBuffer.wrap(part), at);
            System.arraycopy(part, 0, content, at, part.length);
        }
        return content;
    }

    private static byte[] read(FileStorage file) throws IOException {
        var bytes = ByteBuffer.allocate((int) file.size());
        file.readFully(bytes, 0);
        return bytes.array();
    }

    @ParameterizedTest
    @MethodSource("folders")
    void aCopyIsTheSameAndHasTheHoles(Path parent) throws IOException {
        try (var folder = folderIn(parent);
                var from = folder.createFile("from", 0600);
                var to = folder.createFile("to", 0600)) {
            var content = fill(from);

            var method = FileCopy.copy(from, to, (_, _) -> {});

            assertThat(read(to)).isEqualTo(content);
            assertThat(to.status().allocated()).isLessThan(LENGTH / 2);
            assertThat(method == FileCopy.Method.REFLINK)
                    .isEqualTo(to.capabilities().reflink() == Support.YES);
            to.writeFully(ByteBuffer.wrap(new byte[] {1, 2, 3}), 0);
            assertThat(read(from)).isEqualTo(content);
        }
    }

    @ParameterizedTest
    @MethodSource("folders")
    void rangesAreCopiedBetweenFileSystemsToo(Path parent) throws IOException {
        try (var folder = folderIn(parent);
                var other = folderIn(usual);
                var from = other.createFile("from", 0600);
                var to = folder.createFile("to", 0600)) {
            var content = fill(from);

            to.copyFrom(from, 5 << 20, 777, 400_000);
            to.copyFrom(from, LENGTH - 100, 600_000, 1000);

            var copied = ByteBuffer.allocate(400_000);
            to.readFully(copied, 777);
            assertThat(copied.flip()).isEqualTo(ByteBuffer.wrap(content, 5 << 20, 400_000));
            assertThat(to.size()).isEqualTo(600_100);
        }
    }

    @ParameterizedTest
    @MethodSource("folders")
    void whatAFileSystemCanIsFoundOutAndTold(Path parent) throws IOException {
        try (var folder = folderIn(parent)) {
            folder.createFile(".probe-of-a-killed-process", 0600).close();
            var found = StorageCapabilities.probe(folder);

            assertThat(folder.list()).isEmpty();
            assertThat(found.fileSystem()).isEqualTo(folder.fileSystem().type());
            assertThat(
                            Stream.of(
                                    found.zeroRange(),
                                    found.punchHole(),
                                    found.allocate(),
                                    found.seekHole(),
                                    found.reflink(),
                                    found.copyRange()))
                    .doesNotContain(Support.UNTRIED);
            folder.createFile("image", 0600).close();
            assertThat(Images.info(folder, "image", ImageFormat.RAW).storage()).contains(found);
        }
    }

    @ParameterizedTest
    @MethodSource("folders")
    void aCopyTellsOfEveryByteThatItHasCopied(Path parent) throws IOException {
        try (var folder = folderIn(parent);
                var from = folder.createFile("from", 0600);
                var to = folder.createFile("to", 0600)) {
            var _ = fill(from);
            var copied = new AtomicLong();
            var progress =
                    new FileCopy.Progress() {
                        @Override
                        public void reached(long bytes, long of) {}

                        @Override
                        public void copied(long bytes) {
                            copied.addAndGet(bytes);
                        }
                    };

            FileCopy.copyBytes(from, to, progress);

            var data = 0L;
            for (var at = from.nextData(0); at < from.size(); ) {
                var hole = from.nextHole(at);
                data += hole - at;
                at = from.nextData(hole);
            }
            assertThat(copied).hasValue(data);
            assertThat(data).isPositive();
        }
    }

    @ParameterizedTest
    @MethodSource("folders")
    void aCopyEndsWhenItsProgressSaysSo(Path parent) throws IOException {
        try (var folder = folderIn(parent);
                var from = folder.createFile("from", 0600);
                var to = folder.createFile("to", 0600)) {
            var _ = fill(from);

            if (StorageCapabilities.probe(folder).reflink() != Support.YES) {
                assertThatThrownBy(
                                () ->
                                        FileCopy.copy(
                                                from,
                                                to,
                                                (_, _) -> {
                                                    throw new IOException("enough");
                                                }))
                        .hasMessage("enough");
            }
        }
    }
}
