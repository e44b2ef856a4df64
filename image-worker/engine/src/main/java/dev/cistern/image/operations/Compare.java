package dev.cistern.image.operations;

import dev.cistern.image.ContentSink.Turn;
import dev.cistern.image.DiskImage;
import dev.cistern.image.Progress;
import dev.cistern.image.operations.Crew.Hand;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Compares what a guest reads of two images, whatever their formats. What lies beyond the end of
 * the shorter one has to be zero in the other.
 */
public final class Compare {
    private static final long NONE = Long.MAX_VALUE;

    private final DiskImage one;
    private final DiskImage other;
    private final AtomicLong first = new AtomicLong(NONE);

    private Compare(DiskImage one, DiskImage other) {
        this.one = one;
        this.other = other;
    }

    /**
     * Where the first byte is that differs, if one does.
     *
     * @throws IOException what the progress throws, too
     */
    public static OptionalLong firstDifference(
            DiskImage one, DiskImage other, int threads, Progress progress) throws IOException {
        var ordered = one.capacity() >= other.capacity();
        return new Compare(ordered ? one : other, ordered ? other : one).run(threads, progress);
    }

    private OptionalLong run(int threads, Progress progress) throws IOException {
        var total = one.capacity();
        var pieces = new PairedPieces(one, other);
        new Crew(threads, total, () -> pieces.next(first.get()), progress).run(ComparingHand::new);
        var found = first.get();
        return found == NONE ? OptionalLong.empty() : OptionalLong.of(found);
    }

    /** What one thread does. */
    private final class ComparingHand implements Hand {
        private final Arena arena = Arena.ofConfined();
        private final MemorySegment ones = arena.allocate(Piece.MOST_BYTES, DiskImage.PAGE);
        private final MemorySegment others = arena.allocate(Piece.MOST_BYTES, DiskImage.PAGE);

        @Override
        public void work(Piece piece, Turn turn) throws IOException {
            if (piece.kind() != Piece.Kind.DATA) {
                return;
            }
            var length = piece.length();
            one.readPadded(ones.asByteBuffer().limit((int) length), piece.offset());
            other.readPadded(others.asByteBuffer().limit((int) length), piece.offset());
            var at = MemorySegment.mismatch(ones, 0, length, others, 0, length);
            if (at >= 0) {
                first.accumulateAndGet(piece.offset() + at, Math::min);
            }
        }

        @Override
        public void close() {
            arena.close();
        }
    }
}
