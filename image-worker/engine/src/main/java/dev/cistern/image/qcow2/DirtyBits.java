package dev.cistern.image.qcow2;

import dev.cistern.image.DirtyParts;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * A bit for each part of an image, in pages that come into being where bits are set. Many threads
 * may set bits at once; everything else needs the bitmap for itself.
 */
final class DirtyBits implements DirtyParts {
    private static final int PAGE_SHIFT = 15;
    private static final int PAGE_BITS = 1 << PAGE_SHIFT;
    private static final int PAGE_WORDS = PAGE_BITS / Long.SIZE;
    private static final VarHandle WORDS = MethodHandles.arrayElementVarHandle(long[].class);

    /** A page with all bits set, which is never written to. */
    private static final long[] FULL = new long[PAGE_WORDS];

    static {
        Arrays.fill(FULL, -1L);
    }

    private final int granularityBits;
    private long capacity;
    private AtomicReferenceArray<long[]> pages;

    DirtyBits(long capacity, int granularityBits) {
        this.granularityBits = granularityBits;
        this.capacity = capacity;
        this.pages = emptyPages(capacity);
    }

    private AtomicReferenceArray<long[]> emptyPages(long bytes) {
        return new AtomicReferenceArray<>(
                Math.toIntExact(Math.ceilDiv(bits(bytes), (long) PAGE_BITS)));
    }

    private long bits(long bytes) {
        return Math.ceilDiv(bytes, 1L << granularityBits);
    }

    @Override
    public long capacity() {
        return capacity;
    }

    /** Marks all parts that a range touches. */
    void set(long offset, long length) {
        if (length > 0) {
            setBits(offset >>> granularityBits, ((offset + length - 1) >>> granularityBits) + 1);
        }
    }

    private void setBits(long first, long end) {
        for (var bit = first; bit < end; ) {
            var page = (int) (bit >>> PAGE_SHIFT);
            var from = (int) bit & (PAGE_BITS - 1);
            var to = (int) Math.min(PAGE_BITS, from + end - bit);
            if (to - from == PAGE_BITS) {
                pages.set(page, FULL);
            } else {
                setInPage(page(page), from, to);
            }
            bit += to - from;
        }
    }

    private long[] page(int index) {
        var page = pages.get(index);
        if (page != null) {
            return page;
        }
        var made = new long[PAGE_WORDS];
        var other = pages.compareAndExchange(index, null, made);
        return other == null ? made : other;
    }

    private static void setInPage(long[] page, int from, int to) {
        for (var bit = from; bit < to; ) {
            var inWord = bit % Long.SIZE;
            var count = Math.min(Long.SIZE - inWord, to - bit);
            var mask = -1L >>> (Long.SIZE - count) << inWord;
            var word = (long) WORDS.getOpaque(page, bit / Long.SIZE);
            if ((word & mask) != mask) {
                var _ = (long) WORDS.getAndBitwiseOr(page, bit / Long.SIZE, mask);
            }
            bit += count;
        }
    }

    @Override
    public long nextDirty(long offset) {
        return next(offset, true);
    }

    @Override
    public long nextClean(long offset) {
        return next(offset, false);
    }

    private long next(long offset, boolean wanted) {
        var end = bits(capacity);
        for (var bit = offset >>> granularityBits; bit < end; ) {
            var page = pages.get((int) (bit >>> PAGE_SHIFT));
            var same = page == null || isFull(page);
            if (same && (page != null) != wanted) {
                bit = ((bit >>> PAGE_SHIFT) + 1) << PAGE_SHIFT;
                continue;
            }
            var inPage = (int) bit & (PAGE_BITS - 1);
            var word = same ? -1L : (long) WORDS.getOpaque(page, inPage / Long.SIZE);
            var left = (same || wanted ? word : ~word) >>> (inPage % Long.SIZE);
            if (left != 0) {
                var found = bit + Long.numberOfTrailingZeros(left);
                return Math.min(capacity, Math.max(offset, found << granularityBits));
            }
            bit = (bit / Long.SIZE + 1) * Long.SIZE;
        }
        return capacity;
    }

    @SuppressWarnings("ReferenceEquality")
    private static boolean isFull(long[] page) {
        return page == FULL;
    }

    /** Marks nothing any more. */
    void clear() {
        pages = emptyPages(capacity);
    }

    /** Marks what another bitmap marks, too, as far as both go. */
    void merge(DirtyParts other) {
        var end = Math.min(capacity, other.capacity());
        for (var at = other.nextDirty(0); at < end; ) {
            var clean = Math.min(end, other.nextClean(at));
            set(at, clean - at);
            at = other.nextDirty(clean);
        }
    }

    /** What is added is not marked. */
    void resize(long bytes) {
        var old = new DirtyBits(capacity, granularityBits);
        old.pages = pages;
        capacity = bytes;
        pages = emptyPages(bytes);
        merge(old);
    }

    /**
     * The bits from one on, as they are on disk: least significant first in each byte.
     *
     * @param first a multiple of 64
     * @param into is filled; what lies beyond the end is 0
     */
    void get(long first, ByteBuffer into) {
        var words = into.order(ByteOrder.LITTLE_ENDIAN);
        for (var bit = first; words.hasRemaining(); bit += Long.SIZE) {
            words.putLong(word(bit));
        }
    }

    private long word(long bit) {
        var end = bits(capacity);
        var page = bit < end ? pages.get((int) (bit >>> PAGE_SHIFT)) : null;
        if (page == null) {
            return 0;
        }
        var word = (long) WORDS.getOpaque(page, (int) (bit & (PAGE_BITS - 1)) / Long.SIZE);
        return end - bit < Long.SIZE ? word & ((1L << (end - bit)) - 1) : word;
    }

    /** Sets bits as they are on disk, from one on; what lies beyond the end is of no account. */
    void put(long first, ByteBuffer from) {
        var words = from.order(ByteOrder.LITTLE_ENDIAN);
        var end = bits(capacity);
        for (var bit = first; words.remaining() >= Long.BYTES && bit < end; bit += Long.SIZE) {
            var word = words.getLong();
            while (word != 0) {
                var start = Long.numberOfTrailingZeros(word);
                var count = Long.numberOfTrailingZeros(~(word >>> start));
                setBits(Math.min(end, bit + start), Math.min(end, bit + start + count));
                word = count + start >= Long.SIZE ? 0 : word >>> (start + count) << (start + count);
            }
        }
    }

    /** Sets so many bits from one on, as far as there are any. */
    void putOnes(long first, long count) {
        setBits(first, Math.min(bits(capacity), first + count));
    }
}
