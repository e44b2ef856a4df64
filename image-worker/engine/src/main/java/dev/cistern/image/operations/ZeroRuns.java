package dev.cistern.image.operations;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;

/** Tells runs of zeroes in a buffer from other bytes. For one thread. */
final class ZeroRuns {
    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final MemorySegment ZEROES =
            MemorySegment.ofBuffer(ByteBuffer.allocateDirect(Piece.MOST_BYTES).asReadOnlyBuffer());

    private final int unit;
    private final int least;

    /**
     * Runs of whole units.
     *
     * @param least bytes of zeroes that are worth telling; 0 if none are
     */
    ZeroRuns(int unit, int least) {
        this.unit = unit;
        this.least = least;
    }

    /** Takes runs. */
    @FunctionalInterface
    interface Runs {
        /**
         * The next run.
         *
         * @param from in the buffer
         */
        void take(int from, int to, boolean zero) throws IOException;
    }

    /** Names the runs of a buffer, in order. */
    void of(MemorySegment bytes, Runs runs) throws IOException {
        var size = (int) bytes.byteSize();
        if (least == 0) {
            runs.take(0, size, false);
            return;
        }
        var told = 0;
        for (var at = 0; at < size; ) {
            var end = zeroesFrom(bytes, at, size);
            if (end > at && end - at >= Math.min(least, size)) {
                if (at > told) {
                    runs.take(told, at, false);
                }
                runs.take(at, end, true);
                told = end;
            }
            at = Math.max(end, Math.min(size, at + unit));
        }
        if (told < size) {
            runs.take(told, size, false);
        }
    }

    /** Where the units of zeroes that begin at an offset end. */
    private int zeroesFrom(MemorySegment bytes, int offset, int size) {
        var at = offset;
        while (at < size && isZero(bytes, at, Math.min(size, at + unit))) {
            at = Math.min(size, at + unit);
        }
        return at;
    }

    /** Most bytes that are not zero are told by three words. */
    private static boolean isZero(MemorySegment bytes, int from, int to) {
        var length = to - from;
        if (length >= Long.BYTES) {
            var middle = from + (length / 2 & -Long.BYTES);
            if ((bytes.get(WORD, from)
                            | bytes.get(WORD, Math.min(middle, to - Long.BYTES))
                            | bytes.get(WORD, to - Long.BYTES))
                    != 0) {
                return false;
            }
        }
        for (var at = from; at < to; ) {
            var count = (int) Math.min(to - at, ZEROES.byteSize());
            if (MemorySegment.mismatch(bytes, at, at + count, ZEROES, 0, count) >= 0) {
                return false;
            }
            at += count;
        }
        return true;
    }
}
