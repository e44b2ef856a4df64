package dev.cistern.image.operations;

import dev.cistern.image.ContentSink;
import dev.cistern.image.ContentSink.Turn;
import dev.cistern.image.DiskImage;
import dev.cistern.image.ImageException;
import dev.cistern.image.Progress;
import dev.cistern.image.operations.Crew.Hand;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * Copies the content of an image, on several threads and in constant memory. Holes and zeroes of
 * the source are not read; zeroes that it stores are told and not stored again.
 */
public final class Copy {
    private final DiskImage source;
    private final ContentSink sink;
    private final CopyOptions options;

    private Copy(DiskImage source, ContentSink sink, CopyOptions options) {
        this.source = source;
        this.sink = sink;
        this.options = options;
    }

    /**
     * Copies all of an image. It is not durable before {@link ContentSink#finish}.
     *
     * @throws ImageException.OutOfRange if the target is too small
     * @throws IOException what the progress throws, too; nothing goes on then
     */
    public static void all(
            DiskImage source, ContentSink sink, CopyOptions options, Progress progress)
            throws IOException {
        range(source, 0, source.capacity(), sink, options, progress);
    }

    /**
     * Copies a range of an image to the same place of another.
     *
     * @param start a multiple of the sink's unit
     * @param length the same, unless the range ends with the source
     */
    public static void range(
            DiskImage source,
            long start,
            long length,
            ContentSink sink,
            CopyOptions options,
            Progress progress)
            throws IOException {
        source.requireInside(start, length);
        if (start + length > sink.capacity()) {
            throw new ImageException.OutOfRange(
                    "%s: 0x%x bytes from 0x%x on do not go into %d bytes"
                            .formatted(source.name(), length, start, sink.capacity()));
        }
        new Copy(source, sink, options).run(start, length, progress);
    }

    private void run(long start, long length, Progress progress) throws IOException {
        var pieces =
                new Pieces(
                        source,
                        start,
                        length,
                        sink.unit(),
                        options.sparseBytes() > 0,
                        options.ownOnly());
        new Crew(options.threads(), length, pieces::next, progress).run(CopyingHand::new);
    }

    /** What one thread does. */
    private final class CopyingHand implements Hand {
        private final Arena arena = Arena.ofConfined();
        private final MemorySegment memory =
                arena.allocate(Math.max(Piece.MOST_BYTES, sink.unit()), DiskImage.PAGE);
        private final ByteBuffer buffer = memory.asByteBuffer();
        private final ContentSink.Lane lane = sink.lane();
        private final ZeroRuns zeroes = new ZeroRuns(sink.unit(), options.sparseBytes());

        @Override
        public void work(Piece piece, Turn turn) throws IOException {
            switch (piece.kind()) {
                case DATA -> copy(piece.offset(), (int) piece.length());
                case ZERO -> lane.zero(piece.offset(), piece.length());
                case BELOW -> {}
            }
            lane.commit(turn);
        }

        private void copy(long offset, int length) throws IOException {
            source.read(buffer.clear().limit(length), offset);
            zeroes.of(
                    memory.asSlice(0, length),
                    (from, to, zero) -> {
                        if (zero) {
                            lane.zero(offset + from, to - from);
                        } else {
                            lane.data(buffer.limit(to).position(from), offset + from);
                        }
                    });
        }

        @Override
        public void close() {
            lane.close();
            arena.close();
        }
    }
}
