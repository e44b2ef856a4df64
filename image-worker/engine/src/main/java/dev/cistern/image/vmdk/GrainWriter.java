package dev.cistern.image.vmdk;

import dev.cistern.image.DiskImage.Space;
import dev.cistern.image.ImageException;
import dev.cistern.image.storage.RangeLocks;
import dev.cistern.image.storage.UnsyncedStorage;
import dev.cistern.image.vmdk.Extent.Place;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Changes a sparse extent. What changed in memory reaches the disk in this order:
 *
 * <pre>
 *   content of new grains, beside what was written in place
 *       {@link Barrier#DATA_BEFORE_TABLES}
 *   grain tables, then the redundant ones, as they were before that barrier
 *       {@link Barrier#TABLES}
 *   grains that no table names any more are punched out and may be used again
 * </pre>
 */
final class GrainWriter {
    /** Most bytes that are copied from below at once. */
    private static final int COPY_BYTES = 1 << 20;

    private final Extent extent;
    private final UnsyncedStorage file;
    private final SparseHeader header;
    private final GrainTables tables;
    private final Below below;
    private final WaitForDisk disk;
    private final ReadWriteLock inUse;
    private final GrainSpace space;

    /** Held by whoever changes what a grain is. */
    private final RangeLocks grains = new RangeLocks();

    private final ReentrantLock flushing = new ReentrantLock();

    GrainWriter(
            Extent extent,
            UnsyncedStorage file,
            SparseHeader header,
            GrainTables tables,
            Below below,
            WaitForDisk disk,
            ReadWriteLock inUse)
            throws IOException {
        this.extent = extent;
        this.file = file;
        this.header = header;
        this.tables = tables;
        this.below = below;
        this.disk = disk;
        this.inUse = inUse;
        this.space = new GrainSpace(file, header.grainBytes());
    }

    private long grain(long offset) {
        return offset / header.grainBytes();
    }

    void write(ByteBuffer from, long offset) throws IOException {
        inUse.readLock().lock();
        try {
            writePlaces(from, offset);
        } finally {
            inUse.readLock().unlock();
        }
        relieve();
    }

    private void writePlaces(ByteBuffer from, long offset) throws IOException {
        var limit = from.limit();
        for (var at = offset; from.position() < limit; ) {
            var found = extent.find(at, limit - from.position());
            from.limit(from.position() + (int) found.length());
            at +=
                    found instanceof Place.Stored(_, var host)
                            ? writeInPlace(from, host)
                            : writeAnew(from, at);
            from.limit(limit);
        }
    }

    private int writeInPlace(ByteBuffer from, long host) throws IOException {
        requireGrain(host);
        var count = from.remaining();
        file.writeFully(from, host);
        return count;
    }

    /** A table that names the header or itself would have it overwritten. */
    private void requireGrain(long host) throws ImageException.Corrupt {
        if (host < header.overhead()) {
            throw new ImageException.Corrupt(
                    "%s: a grain table names 0x%x, which is before the first grain at 0x%x"
                            .formatted(file.name(), host, header.overhead()));
        }
    }

    /** Writes into new grains; nothing if somebody else was faster. */
    private int writeAnew(ByteBuffer from, long offset) throws IOException {
        if (space.hasFree()) {
            var left = header.grainBytes() - (int) (offset % header.grainBytes());
            from.limit(from.position() + Math.min(left, from.remaining()));
        }
        var count = from.remaining();
        var first = grain(offset);
        var last = grain(offset + count - 1);
        try (var _ = grains.lock(first, last)) {
            var found = extent.find(offset, count);
            if (found instanceof Place.Stored || found.length() < count) {
                return 0;
            }
            var host = space.take((int) (last - first + 1));
            var start = first * header.grainBytes();
            if (found instanceof Place.Nothing) {
                copyAround(offset, count, host - start);
            }
            file.writeFully(from, host + offset - start);
            link(first, last, host);
        }
        return count;
    }

    private void link(long first, long last, long host) throws IOException {
        var sectors = header.grainBytes() / SparseHeader.SECTOR;
        for (var grain = first; grain <= last; grain++) {
            tables.set(grain, host / SparseHeader.SECTOR + (grain - first) * sectors);
        }
    }

    /** Fills the grains around a range from below; they read as zeroes so far. */
    private void copyAround(long offset, long count, long shift) throws IOException {
        if (below.isNothing()) {
            return;
        }
        copy(offset - offset % header.grainBytes(), offset, shift);
        var end = offset + count;
        var endOfGrain = Math.ceilDiv(end, header.grainBytes()) * (long) header.grainBytes();
        copy(end, Math.min(endOfGrain, extent.capacity()), shift);
    }

    private void copy(long from, long to, long shift) throws IOException {
        if (from == to || below.isZero(from, to - from)) {
            return;
        }
        var bytes = ByteBuffer.allocate((int) Math.min(COPY_BYTES, to - from));
        for (var at = from; at < to; at += bytes.limit()) {
            below.read(bytes.clear().limit((int) Math.min(bytes.capacity(), to - at)), at);
            file.writeFully(bytes.flip(), at + shift);
        }
    }

    void zero(long offset, long length, Space room) throws IOException {
        change(offset, length, this::zeroPart, grain -> zeroGrain(grain, room));
        relieve();
    }

    void discard(long offset, long length) throws IOException {
        change(offset, length, (_, _) -> {}, this::discardGrain);
        relieve();
    }

    /** Changes a range within a grain. */
    @FunctionalInterface
    private interface PartChange {
        void make(long offset, long length) throws IOException;
    }

    /** Changes a whole grain. */
    @FunctionalInterface
    private interface GrainChange {
        void make(long grain) throws IOException;
    }

    /** The last grain of the extent is whole if it is up to the capacity. */
    private void change(long offset, long length, PartChange part, GrainChange whole)
            throws IOException {
        inUse.readLock().lock();
        try {
            var end = offset + length;
            for (var at = offset; at < end; ) {
                var start = grain(at) * header.grainBytes();
                var endOfGrain = Math.min(start + header.grainBytes(), extent.capacity());
                var next = Math.min(end, endOfGrain);
                if (at == start && next == endOfGrain) {
                    try (var _ = grains.lock(grain(at), grain(at))) {
                        whole.make(grain(at));
                    }
                } else {
                    part.make(at, next - at);
                }
                at = next;
            }
        } finally {
            inUse.readLock().unlock();
        }
    }

    private void zeroPart(long offset, long length) throws IOException {
        switch (extent.find(offset, length)) {
            case Place.Stored(_, var host) -> {
                requireGrain(host);
                file.zero(host, length);
            }
            case Place.Nothing _ -> {
                if (!below.isZero(offset, length)) {
                    writePlaces(ByteBuffer.allocate((int) length), offset);
                }
            }
            case Place.Zero _, Place.Packed _ -> {}
        }
    }

    private void zeroGrain(long grain, Space room) throws IOException {
        var start = grain * header.grainBytes();
        switch (extent.find(start, header.grainBytes())) {
            case Place.Stored(_, var host) -> {
                requireGrain(host);
                if (room == Space.KEEP) {
                    file.zero(host, header.grainBytes());
                } else {
                    empty(grain, host);
                }
            }
            case Place.Nothing _ -> {
                if (!below.isZero(start, header.grainBytes())) {
                    cover(grain);
                }
            }
            case Place.Zero _, Place.Packed _ -> {}
        }
    }

    private void discardGrain(long grain) throws IOException {
        if (extent.find(grain * header.grainBytes(), 1) instanceof Place.Stored(_, var host)) {
            requireGrain(host);
            empty(grain, host);
        }
    }

    /** Makes a grain that is stored read as zeroes, and gives its space back if possible. */
    private void empty(long grain, long host) throws IOException {
        if (header.zeroedGrains() || below.isNothing()) {
            tables.set(grain, header.zeroedGrains() ? GrainTables.ZEROED : GrainTables.NONE);
            space.unlinked(host);
        } else if (file.punchHole(host, header.grainBytes())) {
            file.changed();
        } else {
            file.zero(host, header.grainBytes());
        }
    }

    /** Hides what is below a grain with zeroes. */
    private void cover(long grain) throws IOException {
        if (header.zeroedGrains()) {
            tables.set(grain, GrainTables.ZEROED);
            return;
        }
        var host = space.take(1);
        file.changed();
        link(grain, grain, host);
    }

    /** Flushes if so much has changed that memory runs short. */
    private void relieve() throws IOException {
        if (tables.crowded()) {
            flush();
        }
    }

    /** Brings all that was done before to the disk. */
    void flush() throws IOException {
        flushing.lock();
        try {
            round();
        } finally {
            flushing.unlock();
        }
    }

    private void round() throws IOException {
        var unlinked = space.takeUnlinked();
        var batch = tables.takeChanged();
        var written = false;
        try {
            disk.await(Barrier.DATA_BEFORE_TABLES, file);
            if (!batch.isEmpty()) {
                tables.write(batch);
                disk.await(Barrier.TABLES, file);
            }
            written = true;
        } finally {
            tables.settle(written);
            if (!written) {
                space.returnUnlinked(unlinked);
            }
        }
        if (!unlinked.isEmpty()) {
            awaitUsers();
            space.free(unlinked);
        }
    }

    /** Whoever found one of the grains before it lost its entry is done with it. */
    private void awaitUsers() {
        inUse.writeLock().lock();
        try {
            // That it could be taken is all.
        } finally {
            inUse.writeLock().unlock();
        }
    }

    /** Nobody writes any more. */
    void close() throws IOException {
        space.trim();
    }
}
