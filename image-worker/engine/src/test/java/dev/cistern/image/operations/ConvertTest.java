package dev.cistern.image.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.image.DiskImage;
import dev.cistern.image.ImageFormat;
import dev.cistern.image.Images;
import dev.cistern.image.Mapping;
import dev.cistern.image.OpenOptions;
import dev.cistern.image.Progress;
import dev.cistern.image.qcow2.Qcow2Options;
import dev.cistern.image.storage.Directory;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a conversion ends, in whatever way. */
final class ConvertTest {
    private static final int LENGTH = 16 << 20;

    @TempDir Path folder;
    private Directory directory;

    @BeforeEach
    void open() throws IOException {
        directory = Directory.open(folder);
        var content = new byte[LENGTH];
        new Random(1).nextBytes(content);
        Files.write(folder.resolve("source"), content);
    }

    @AfterEach
    void close() {
        directory.close();
    }

    private DiskImage source() throws IOException {
        return Images.open(directory, "source", OpenOptions.reading(ImageFormat.RAW));
    }

    private void convert(DiskImage source, Conversion conversion, Progress progress)
            throws IOException {
        Convert.into(directory.createFile("target", 0600), source, conversion, progress);
    }

    private static Conversion to(String kind) {
        return Conversion.to(
                "raw".equals(kind)
                        ? NewImage.raw()
                        : new NewImage.Qcow2(Qcow2Options.DEFAULT, "compressed".equals(kind)));
    }

    private static List<String> copyingThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("image-copy"))
                .toList();
    }

    /** An end that was asked for. */
    private static final class CancelledException extends IOException {
        private static final long serialVersionUID = 1L;
    }

    @ParameterizedTest
    @ValueSource(strings = {"raw", "qcow2", "compressed"})
    void isCancelledAtAnyPoint(String kind) throws Exception {
        for (var after = 0; after < 20; after += 3) {
            var calls = new AtomicInteger(after);
            Progress cancel =
                    (_, _) -> {
                        if (calls.getAndDecrement() == 0) {
                            throw new CancelledException();
                        }
                    };
            try (var source = new Slow(source())) {
                assertThatThrownBy(() -> convert(source, to(kind), cancel))
                        .isInstanceOf(CancelledException.class);
            }
            assertThat(copyingThreads()).isEmpty();
            Files.delete(folder.resolve("target"));
        }
    }

    @Test
    void anInterruptEndsItAndIsKept() throws Exception {
        Progress interrupt = (_, _) -> Thread.currentThread().interrupt();

        try (var source = source()) {
            assertThatThrownBy(() -> convert(source, to("compressed"), interrupt))
                    .isInstanceOf(InterruptedIOException.class);
        }

        assertThat(Thread.interrupted()).isTrue();
        assertThat(copyingThreads()).isEmpty();
    }

    @Test
    void progressRisesToAllBytesAndNamesWhatWasCopied() throws Exception {
        var told = new ArrayList<Long>();
        var copied = new ArrayList<Long>();
        var progress =
                new Progress() {
                    @Override
                    public void at(long done, long total) {
                        assertThat(total).isEqualTo(2L * LENGTH);
                        told.add(done);
                    }

                    @Override
                    public void copied(long bytes) {
                        copied.add(bytes);
                    }
                };

        try (var source = source()) {
            convert(source, to("qcow2").verifying(), progress);
        }

        assertThat(told).isSorted().last().isEqualTo(2L * LENGTH);
        assertThat(copied.stream().mapToLong(Long::longValue).sum()).isEqualTo(2L * LENGTH);
        assertThat(copied).allMatch(bytes -> bytes <= 16L * 4 * Piece.MOST_BYTES);
    }

    @Test
    void aSourceThatCannotBeReadEndsIt() throws Exception {
        try (var source = new Broken(source(), 5 << 20)) {
            assertThatThrownBy(() -> convert(source, to("compressed"), Progress.NONE))
                    .hasMessageContaining("broken at");
        }

        assertThat(copyingThreads()).isEmpty();
    }

    @Test
    void aTargetThatReadsOtherwiseIsFoundOut() throws Exception {
        try (var source = new Changing(source())) {
            assertThatThrownBy(() -> convert(source, to("qcow2").verifying(), Progress.NONE))
                    .isInstanceOf(VerificationException.class)
                    .hasMessageContaining("target")
                    .hasMessageContaining("0x500007");
        }
    }

    /** An image that goes on being what it is over another one. */
    private abstract static class Over implements DiskImage {
        final DiskImage image;

        Over(DiskImage image) {
            this.image = image;
        }

        @Override
        public ImageFormat format() {
            return image.format();
        }

        @Override
        public String name() {
            return image.name();
        }

        @Override
        public long capacity() {
            return image.capacity();
        }

        @Override
        public Mapping map(long offset, long length) throws IOException {
            return image.map(offset, length);
        }

        @Override
        public void write(ByteBuffer from, long offset) throws IOException {
            image.write(from, offset);
        }

        @Override
        public void zero(long offset, long length, Space space) throws IOException {
            image.zero(offset, length, space);
        }

        @Override
        public void discard(long offset, long length) throws IOException {
            image.discard(offset, length);
        }

        @Override
        public void flush() throws IOException {
            image.flush();
        }

        @Override
        public void resize(long capacity) throws IOException {
            image.resize(capacity);
        }

        @Override
        public void close() throws IOException {
            image.close();
        }
    }

    /** Is told of often enough to be ended anywhere. */
    private static final class Slow extends Over {
        Slow(DiskImage image) {
            super(image);
        }

        @Override
        public void read(ByteBuffer into, long offset) throws IOException {
            try {
                Thread.sleep(1);
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            image.read(into, offset);
        }
    }

    /** Has a place that cannot be read. */
    private static final class Broken extends Over {
        private final long at;

        Broken(DiskImage image, long at) {
            super(image);
            this.at = at;
        }

        @Override
        public void read(ByteBuffer into, long offset) throws IOException {
            if (offset <= at && at < offset + into.remaining()) {
                throw new IOException("broken at " + at);
            }
            image.read(into, offset);
        }
    }

    /** Reads otherwise when it is read again. */
    private static final class Changing extends Over {
        private static final long AT = 0x500007;
        private final AtomicInteger reads = new AtomicInteger();

        Changing(DiskImage image) {
            super(image);
        }

        @Override
        public void read(ByteBuffer into, long offset) throws IOException {
            var start = into.position();
            image.read(into, offset);
            if (offset <= AT
                    && AT < offset + into.position() - start
                    && reads.getAndIncrement() > 0) {
                var at = start + (int) (AT - offset);
                into.put(at, (byte) ~into.get(at));
            }
        }
    }
}
