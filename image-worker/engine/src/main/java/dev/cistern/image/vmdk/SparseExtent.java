package dev.cistern.image.vmdk;

import dev.cistern.image.DiskImage.Space;
import dev.cistern.image.ImageException;
import dev.cistern.image.storage.Storage;
import dev.cistern.image.storage.UnsyncedStorage;
import dev.cistern.image.storage.Zeroes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/** An extent in grains, of which those that were never written are not there. */
final class SparseExtent implements Extent {
    private final UnsyncedStorage file;
    private final WaitForDisk disk;
    private final Below below;

    /** Held, as the one of many, by whoever uses a place that it found. */
    private final ReadWriteLock inUse = new ReentrantReadWriteLock();

    private volatile long capacity;
    private volatile SparseHeader header;
    private volatile GrainTables tables;
    private volatile @Nullable GrainWriter writer;
    private volatile PackedGrains packed;

    private SparseExtent(
            UnsyncedStorage file,
            WaitForDisk disk,
            Below below,
            long capacity,
            SparseHeader header,
            GrainTables tables) {
        this.file = file;
        this.disk = disk;
        this.below = below;
        this.capacity = capacity;
        this.header = header;
        this.tables = tables;
        this.packed = new PackedGrains(file, header);
    }

    /**
     * The extent that a file is, which is closed with it.
     *
     * @param capacity of which a guest sees so much
     */
    static SparseExtent open(
            Storage storage, long capacity, boolean writable, Below below, WaitForDisk disk)
            throws IOException {
        var file = new UnsyncedStorage(storage);
        var header = SparseHeader.read(file);
        if (header.capacity() < capacity) {
            throw new ImageException.Corrupt(
                    "%s: has %d bytes, where its descriptor says %d"
                            .formatted(file.name(), header.capacity(), capacity));
        }
        if (writable && header.compressed()) {
            throw new ImageException.Unsupported(
                    file.name()
                            + ": has compressed grains, and so can be read, but not written to");
        }
        var extent =
                new SparseExtent(
                        file, disk, below, capacity, header, new GrainTables(file, header));
        if (writable) {
            extent.writeWith(header, extent.tables);
        }
        return extent;
    }

    private void writeWith(SparseHeader current, GrainTables known) throws IOException {
        writer = new GrainWriter(this, file, current, known, below, disk, inUse);
    }

    @Override
    public long capacity() {
        return capacity;
    }

    @Override
    public int unit() {
        return header.grainBytes();
    }

    @Override
    public Place find(long offset, long length) throws IOException {
        var first = place(offset);
        var end = Math.min(capacity, offset + length);
        var at = endOfGrain(offset);
        while (at < end) {
            if (first instanceof Place.Nothing && tables.isUnused(at)) {
                at += header.tableCoverage();
            } else if (continues(first, place(at), at - offset)) {
                at = endOfGrain(at);
            } else {
                break;
            }
        }
        var found = Math.min(end, at) - offset;
        return switch (first) {
            case Place.Nothing _ -> new Place.Nothing(found);
            case Place.Zero _ -> new Place.Zero(found);
            case Place.Stored(_, var host) -> new Place.Stored(found, host);
            case Place.Packed _ -> new Place.Packed(found);
        };
    }

    private static boolean continues(Place first, Place next, long later) {
        return switch (first) {
            case Place.Stored(_, var host) ->
                    next instanceof Place.Stored(_, var other) && other == host + later;
            case Place.Nothing _, Place.Zero _, Place.Packed _ ->
                    next.getClass() == first.getClass();
        };
    }

    private long endOfGrain(long offset) {
        return (offset / header.grainBytes() + 1) * header.grainBytes();
    }

    /** For the rest of one grain. */
    private Place place(long offset) throws IOException {
        var left = endOfGrain(offset) - offset;
        var entry = tables.entry(offset / header.grainBytes());
        if (entry == GrainTables.NONE) {
            return new Place.Nothing(left);
        }
        if (entry == GrainTables.ZEROED && header.zeroedGrains()) {
            return new Place.Zero(left);
        }
        return header.compressed()
                ? new Place.Packed(left)
                : new Place.Stored(
                        left, entry * SparseHeader.SECTOR + offset % header.grainBytes());
    }

    @Override
    public void read(ByteBuffer into, long offset) throws IOException {
        inUse.readLock().lock();
        try {
            readPlaces(into, offset);
        } finally {
            inUse.readLock().unlock();
        }
    }

    private void readPlaces(ByteBuffer into, long offset) throws IOException {
        var limit = into.limit();
        for (var at = offset; into.position() < limit; ) {
            var place = find(at, limit - into.position());
            into.limit(into.position() + (int) place.length());
            switch (place) {
                case Place.Nothing _ -> readBelow(into, at);
                case Place.Zero _ -> Zeroes.fill(into);
                case Place.Stored(_, var host) -> file.readPadded(into, host);
                case Place.Packed _ -> packed.read(into, at, tables);
            }
            into.limit(limit);
            at += place.length();
        }
    }

    /** What was discarded since it was found. */
    private void readBelow(ByteBuffer into, long offset) throws IOException {
        if (below.isNothing()) {
            Zeroes.fill(into);
        } else {
            below.read(into, offset);
        }
    }

    SparseHeader header() {
        return header;
    }

    private GrainWriter writer() {
        var open = writer;
        if (open == null) {
            throw new IllegalStateException(file.name() + " was opened for reading only");
        }
        return open;
    }

    @Override
    public void write(ByteBuffer from, long offset) throws IOException {
        writer().write(from, offset);
    }

    @Override
    public void zero(long offset, long length, Space space) throws IOException {
        writer().zero(offset, length, space);
    }

    @Override
    public void discard(long offset, long length) throws IOException {
        writer().discard(offset, length);
    }

    @Override
    public void flush() throws IOException {
        writer().flush();
    }

    /**
     * Makes new directories behind everything, with more tables; the header's one sector then names
     * them and the capacity.
     */
    @Override
    public void grow(long longer) throws IOException {
        writer().flush();
        writer().close();
        var grown = new SparseGrowth(file, header, disk).to(capacity, longer);
        tables = new GrainTables(file, grown);
        header = grown;
        packed = new PackedGrains(file, grown);
        capacity = longer;
        writeWith(grown, tables);
    }

    @Override
    public void close() throws IOException {
        try {
            var open = writer;
            if (open != null) {
                open.close();
            }
        } finally {
            packed.close();
            file.close();
        }
    }
}
