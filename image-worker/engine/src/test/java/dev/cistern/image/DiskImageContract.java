package dev.cistern.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.image.DiskImage.Space;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every writable image does, whatever its format and wherever it is stored. */
public abstract class DiskImageContract {
    protected static final int CAPACITY = 3 * 1024 * 1024 + 512;

    @TempDir protected Path folder;
    private DiskImage image;

    /** A new image, of {@link #CAPACITY} bytes that read as zeroes. */
    protected abstract DiskImage create() throws IOException;

    /** The same image once it has been closed. */
    protected abstract DiskImage reopen() throws IOException;

    /** Looks whether the image that was closed is sound. */
    protected abstract void check() throws IOException;

    /** Whether it can become smaller. */
    protected boolean shrinks() {
        return true;
    }

    @BeforeEach
    void open() throws IOException {
        image = create();
    }

    @AfterEach
    void closeAndCheck() throws IOException {
        image.close();
        check();
    }

    private static byte[] random(int length, int seed) {
        var bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private byte[] read(int offset, int length) throws IOException {
        var bytes = ByteBuffer.allocate(length);
        image.read(bytes, offset);
        assertThat(bytes.hasRemaining()).isFalse();
        return bytes.array();
    }

    @Test
    void readsZeroesBeforeAnythingIsWritten() throws IOException {
        assertThat(image.capacity()).isEqualTo(CAPACITY);
        assertThat(read(0, CAPACITY)).isEqualTo(new byte[CAPACITY]);
    }

    @Test
    void readsWhatWasWrittenAndNothingElseHasChanged() throws IOException {
        var expected = new byte[CAPACITY];
        for (var length : new int[] {1, 511, 512, 4096, 65_536, 300_001}) {
            for (var offset : new int[] {0, 1, 4095, 65_535, 1_000_000, CAPACITY - length}) {
                var content = random(length, offset + length);
                image.write(ByteBuffer.wrap(content), offset);
                System.arraycopy(content, 0, expected, offset, length);
            }
        }

        assertThat(read(0, CAPACITY)).isEqualTo(expected);
        assertThat(read(65_000, 1000)).isEqualTo(Arrays.copyOfRange(expected, 65_000, 66_000));
    }

    @Test
    void buffersOutsideOfTheHeapDoAsWell() throws IOException {
        var content = random(100_000, 1);
        image.write(ByteBuffer.allocateDirect(content.length).put(content).flip(), 777);

        var direct = ByteBuffer.allocateDirect(content.length);
        image.read(direct, 777);

        assertThat(direct.flip()).isEqualTo(ByteBuffer.wrap(content));
    }

    @Test
    void whatIsFlushedAndClosedIsThereAgain() throws IOException {
        var content = random(200_000, 2);
        image.write(ByteBuffer.wrap(content), 123_456);
        image.flush();
        image.close();

        image = reopen();

        assertThat(read(123_456, content.length)).isEqualTo(content);
    }

    @Test
    void zeroedRangesReadAsZeroes() throws IOException {
        for (var space : Space.values()) {
            var expected = random(CAPACITY, 3);
            image.write(ByteBuffer.wrap(expected), 0);
            for (var range :
                    new int[][] {
                        {0, 1}, {600, 70_000}, {500_000, 1_048_576}, {CAPACITY - 513, 513}
                    }) {
                image.zero(range[0], range[1], space);
                Arrays.fill(expected, range[0], range[0] + range[1], (byte) 0);
            }

            assertThat(read(0, CAPACITY)).isEqualTo(expected);
        }
    }

    @Test
    void whatIsWrittenIntoZeroesIsAllThatIsThere() throws IOException {
        image.write(ByteBuffer.wrap(random(CAPACITY, 4)), 0);
        image.zero(0, CAPACITY, Space.KEEP);
        image.write(ByteBuffer.wrap(new byte[] {1}), 100_000);

        var expected = new byte[CAPACITY];
        expected[100_000] = 1;
        assertThat(read(0, CAPACITY)).isEqualTo(expected);
    }

    @Test
    void whatIsDiscardedReadsAsZeroesOrAsBeforeAndNothingElseHasChanged() throws IOException {
        var content = random(CAPACITY, 5);
        image.write(ByteBuffer.wrap(content), 0);
        image.flush();

        image.discard(100_001, 1_000_000);

        var found = read(0, CAPACITY);
        for (var at = 0; at < CAPACITY; at++) {
            if (found[at] != content[at]) {
                assertThat(found[at]).isZero();
                assertThat(at).isBetween(100_001, 1_100_000);
            }
        }
    }

    @Test
    void spaceThatWasGivenUpIsUsedAgain() throws IOException {
        var content = random(1 << 20, 6);
        for (var round = 0; round < 8; round++) {
            image.write(ByteBuffer.wrap(content), 0);
            image.flush();
            image.discard(0, 1 << 20);
            image.flush();
            image.flush();
        }
        image.write(ByteBuffer.wrap(content), 1 << 20);

        assertThat(read(1 << 20, 1 << 20)).isEqualTo(content);
    }

    @Test
    void aRangeThatLeavesTheImageIsRefused() {
        assertThatThrownBy(() -> image.read(ByteBuffer.allocate(2), CAPACITY - 1L))
                .isInstanceOf(ImageException.OutOfRange.class)
                .hasMessageContaining(Integer.toString(CAPACITY));
        assertThatThrownBy(() -> image.write(ByteBuffer.allocate(1), -1))
                .isInstanceOf(ImageException.OutOfRange.class);
        assertThatThrownBy(() -> image.zero(0, Long.MAX_VALUE, Space.FREE))
                .isInstanceOf(ImageException.OutOfRange.class);
        assertThatThrownBy(() -> image.discard(Long.MAX_VALUE, Long.MAX_VALUE))
                .isInstanceOf(ImageException.OutOfRange.class);
        assertThatThrownBy(() -> image.map(0, CAPACITY + 1L))
                .isInstanceOf(ImageException.OutOfRange.class);
    }

    @Test
    void theMapIsWithoutGapsAndTellsZeroesOnlyWhereThereAre() throws IOException {
        image.write(ByteBuffer.wrap(random(200_000, 7)), 900_000);
        image.zero(950_000, 70_000, Space.FREE);

        for (var at = 0L; at < CAPACITY; ) {
            var mapping = image.map(at, CAPACITY - at);
            assertThat(mapping.length()).isPositive();
            if (mapping.readsZero()) {
                assertThat(read((int) at, (int) mapping.length()))
                        .isEqualTo(new byte[(int) mapping.length()]);
            }
            at += mapping.length();
        }
    }

    @Test
    void whatIsAddedReadsAsZeroesAlsoWhereSomethingWasCutOff() throws IOException {
        image.write(ByteBuffer.wrap(random(CAPACITY, 8)), 0);

        var kept = shrinks() ? 1_000_448 : CAPACITY;
        image.resize(kept);
        image.resize(2 * CAPACITY);

        assertThat(image.capacity()).isEqualTo(2L * CAPACITY);
        assertThat(read(kept, 2 * CAPACITY - kept)).isEqualTo(new byte[2 * CAPACITY - kept]);
        image.close();
        image = reopen();
        assertThat(image.capacity()).isEqualTo(2L * CAPACITY);
        image.write(ByteBuffer.wrap(new byte[] {9}), 2L * CAPACITY - 1);
        assertThat(read(2 * CAPACITY - 1, 1)).containsExactly(9);
    }

    @Test
    void aCapacityThatCannotBeIsRefused() {
        assertThatThrownBy(() -> image.resize(1000)).isInstanceOf(ImageException.OutOfRange.class);
        assertThatThrownBy(() -> image.resize(-512)).isInstanceOf(ImageException.OutOfRange.class);
    }

    @Test
    void manyThreadsAtOnceGetWhatTheyWrote() throws Exception {
        var threads = 8;
        var share = CAPACITY / threads / 4096 * 4096;
        try (var executor = Executors.newFixedThreadPool(threads)) {
            var work =
                    IntStream.range(0, threads)
                            .mapToObj(thread -> (Callable<byte[]>) () -> writer(thread, share))
                            .toList();
            var results = executor.invokeAll(work);
            for (var thread = 0; thread < threads; thread++) {
                assertThat(read(thread * share + 100, share - 100))
                        .isEqualTo(results.get(thread).get());
            }
        }
    }

    /** Works on a share that begins and ends inside clusters that others work on too. */
    private byte[] writer(int thread, int share) throws IOException {
        var expected = new byte[share - 100];
        var random = new Random(thread);
        for (var round = 0; round < 150; round++) {
            var at = random.nextInt(expected.length);
            var length = Math.min(1 + random.nextInt(20_000), expected.length - at);
            var guest = (long) thread * share + 100 + at;
            switch (random.nextInt(6)) {
                case 0 -> {
                    image.zero(guest, length, random.nextBoolean() ? Space.KEEP : Space.FREE);
                    Arrays.fill(expected, at, at + length, (byte) 0);
                }
                case 1 -> image.flush();
                default -> {
                    var content = random(length, random.nextInt());
                    image.write(ByteBuffer.wrap(content), guest);
                    System.arraycopy(content, 0, expected, at, length);
                    assertThat(read((int) guest, length)).isEqualTo(content);
                }
            }
        }
        return expected;
    }
}
