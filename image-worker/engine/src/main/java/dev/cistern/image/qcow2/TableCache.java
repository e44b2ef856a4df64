package dev.cistern.image.qcow2;

import dev.cistern.image.CacheStatistics;
import dev.cistern.image.ImageException;
import dev.cistern.image.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Parts of tables in memory outside of the heap, in slices of at most 4 KiB. What is dirty stays
 * until it has been written; of the rest, what has not been used for longest goes first (a clock).
 *
 * <p>Not thread-safe, but for {@link Batch#write}: the map lock guards it.
 */
final class TableCache {
    private static final int MAX_SLICE_BYTES = 4096;
    private static final int SLICES_PER_CHUNK = 64;
    private static final long NOWHERE = -1;
    private static final int HITS_TOLD_AT_ONCE = 1000;

    private static final byte RECENT = 1;
    private static final byte DIRTY = 2;
    private static final byte WRITING = 4;

    private final Storage storage;
    private final int sliceBytes;
    private final int maxSlices;
    private final List<ByteBuffer> chunks = new ArrayList<>();
    private final LongIntMap slots = new LongIntMap();
    private long[] hosts = new long[0];
    private byte[] flags = new byte[0];
    private int used;
    private int hand;
    private int dirty;
    private int untoldHits;

    /**
     * An empty cache.
     *
     * @param bytes that it may take; more only while more than that is dirty
     */
    TableCache(Storage storage, int clusterSize, int bytes) {
        this.storage = storage;
        this.sliceBytes = Math.min(clusterSize, MAX_SLICE_BYTES);
        this.maxSlices = Math.max(2, bytes / sliceBytes);
    }

    long getLong(long host) throws IOException {
        var slot = slot(host);
        return chunk(slot).getLong(index(slot, host));
    }

    void putLong(long host, long value) throws IOException {
        var slot = slot(host);
        chunk(slot).putLong(index(slot, host), value);
        markDirty(slot);
    }

    /** The first of the longs in a range that is not 0; the range's end if all are. */
    long nextNonZero(long host, long end) throws IOException {
        for (var at = host; at < end; ) {
            var slot = slot(at);
            var chunk = chunk(slot);
            var sliceEnd = Math.min(end, (at & -(long) sliceBytes) + sliceBytes);
            var index = index(slot, at);
            for (; at < sliceEnd; at += Long.BYTES, index += Long.BYTES) {
                if (chunk.getLong(index) != 0) {
                    return at;
                }
            }
        }
        return end;
    }

    /** Fills the buffer's room. */
    void read(ByteBuffer into, long host) throws IOException {
        for (var at = host; into.hasRemaining(); ) {
            var slot = slot(at);
            var index = index(slot, at);
            var count = Math.min(into.remaining(), base(slot) + sliceBytes - index);
            into.put(chunk(slot).slice(index, count));
            at += count;
        }
    }

    /** The slot with a byte of the file, which is read if need be; valid until the next call. */
    int slot(long host) throws IOException {
        var start = host & -(long) sliceBytes;
        var slot = slots.get(start);
        if (slot == LongIntMap.ABSENT) {
            slot = load(start);
        } else if (++untoldHits == HITS_TOLD_AT_ONCE) {
            tellHits();
        }
        flags[slot] |= RECENT;
        return slot;
    }

    private void tellHits() {
        CacheStatistics.PROCESS.hit(untoldHits);
        untoldHits = 0;
    }

    ByteBuffer chunk(int slot) {
        return chunks.get(slot / SLICES_PER_CHUNK);
    }

    /** Where in its chunk a slot begins. */
    int base(int slot) {
        return slot % SLICES_PER_CHUNK * sliceBytes;
    }

    /** Where in the file a slot's slice begins. */
    long host(int slot) {
        return hosts[slot];
    }

    private int index(int slot, long host) {
        return base(slot) + (int) (host & (sliceBytes - 1));
    }

    void markDirty(int slot) {
        if ((flags[slot] & DIRTY) == 0) {
            flags[slot] |= DIRTY;
            dirty++;
        }
    }

    /** Whether so much is dirty that it should be written before more becomes so. */
    boolean crowded() {
        return dirty > maxSlices / 2;
    }

    boolean isDirty() {
        return dirty > 0;
    }

    private int load(long start) throws IOException {
        tellHits();
        CacheStatistics.PROCESS.missed();
        var slot = vacantSlot();
        hosts[slot] = NOWHERE;
        flags[slot] = 0;
        if (storage.readUpTo(chunk(slot).slice(base(slot), sliceBytes), start) > 0) {
            throw new ImageException.Corrupt(
                    "%s: ends at 0x%x, before the part of a table at 0x%x, 0x%x bytes, does"
                            .formatted(storage.name(), storage.size(), start, sliceBytes));
        }
        hosts[slot] = start;
        slots.put(start, slot);
        return slot;
    }

    private int vacantSlot() {
        if (used < maxSlices) {
            return newSlot();
        }
        for (var step = 0; step < 2 * used; step++) {
            hand = (hand + 1) % used;
            if (flags[hand] == 0) {
                if (hosts[hand] != NOWHERE) {
                    slots.remove(hosts[hand]);
                }
                return hand;
            }
            flags[hand] &= ~RECENT;
        }
        return newSlot();
    }

    private int newSlot() {
        if (used % SLICES_PER_CHUNK == 0) {
            chunks.add(ByteBuffer.allocateDirect(SLICES_PER_CHUNK * sliceBytes));
            CacheStatistics.PROCESS.taken(this, (long) SLICES_PER_CHUNK * sliceBytes);
            hosts = Arrays.copyOf(hosts, used + SLICES_PER_CHUNK);
            flags = Arrays.copyOf(flags, used + SLICES_PER_CHUNK);
        }
        return used++;
    }

    /** Drops what is known of a range whose tables are no longer in use. */
    void forget(long host, long length) {
        for (var start = host; start < host + length; start += sliceBytes) {
            var slot = slots.get(start);
            if (slot != LongIntMap.ABSENT) {
                slots.remove(start);
                hosts[slot] = NOWHERE;
                dirty -= (flags[slot] & DIRTY) == 0 ? 0 : 1;
                flags[slot] = 0;
            }
        }
    }

    /** A copy of all that is dirty, which counts as being written until its fate is told. */
    Batch takeDirty() {
        var at = new long[dirty];
        var count = 0;
        for (var slot = 0; slot < used && count < at.length; slot++) {
            if ((flags[slot] & DIRTY) != 0) {
                at[count++] = hosts[slot];
            }
        }
        Arrays.sort(at);
        return new Batch(at);
    }

    /** Writes all that is dirty, in any order. */
    void writeDirty() throws IOException {
        if (!isDirty()) {
            return;
        }
        var batch = takeDirty();
        var written = false;
        try {
            batch.write();
            written = true;
        } finally {
            batch.settle(written);
        }
    }

    /** Dirty slices as they were at one moment. */
    final class Batch {
        private final int[] taken;
        private final long[] at;
        private final ByteBuffer content;

        private Batch(long[] at) {
            this.at = at;
            this.taken = new int[at.length];
            this.content = ByteBuffer.allocate(Math.multiplyExact(at.length, sliceBytes));
            for (var i = 0; i < at.length; i++) {
                taken[i] = slots.get(at[i]);
                content.put(chunk(taken[i]).slice(base(taken[i]), sliceBytes));
                flags[taken[i]] = (byte) ((flags[taken[i]] & ~DIRTY) | WRITING);
            }
            dirty = 0;
        }

        boolean isEmpty() {
            return taken.length == 0;
        }

        /** Writes the copies, neighbours together; without the map lock. */
        void write() throws IOException {
            for (int from = 0, to; from < taken.length; from = to) {
                to = from + 1;
                while (to < taken.length && at[to] == at[to - 1] + sliceBytes) {
                    to++;
                }
                storage.writeFully(
                        content.slice(from * sliceBytes, (to - from) * sliceBytes), at[from]);
            }
        }

        /** Ends the writing; what was not written is dirty again. */
        void settle(boolean written) {
            for (var i = 0; i < taken.length; i++) {
                if (hosts[taken[i]] == at[i]) {
                    flags[taken[i]] &= ~WRITING;
                    if (!written) {
                        markDirty(taken[i]);
                    }
                }
            }
        }
    }
}
