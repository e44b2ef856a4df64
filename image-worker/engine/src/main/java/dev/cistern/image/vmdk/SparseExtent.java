package dev.cistern.image.vmdk;

import dev.cistern.image.ImageException;
import dev.cistern.image.storage.Storage;
import dev.cistern.image.storage.Zeroes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/** An extent in grains, of which those that were never written are not there. */
final class SparseExtent implements Extent {
    private static final int ZEROED = 1;
    private static final int MARKER_BYTES = 12;

    private final Storage file;
    private final SparseHeader header;
    private final GrainTables tables;

    /** The compressed grain that was read last. */
    private volatile @Nullable Unpacked last;

    private SparseExtent(Storage file, SparseHeader header, GrainTables tables) {
        this.file = file;
        this.header = header;
        this.tables = tables;
    }

    private static final class Unpacked {
        private final long grain;
        private final ByteBuffer bytes;

        Unpacked(long grain, ByteBuffer bytes) {
            this.grain = grain;
            this.bytes = bytes;
        }
    }

    /** The extent that a file is, which is closed with it. */
    static SparseExtent open(Storage file) throws IOException {
        var header = SparseHeader.read(file);
        return new SparseExtent(file, header, new GrainTables(file, header));
    }

    @Override
    public long capacity() {
        return header.capacity();
    }

    @Override
    public Place find(long offset, long length) throws IOException {
        var first = place(offset);
        var end = Math.min(header.capacity(), offset + length);
        var at = endOfGrain(offset);
        while (at < end && continues(first, place(at), at - offset)) {
            at = endOfGrain(at);
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
        if (entry == 0) {
            return new Place.Nothing(left);
        }
        if (entry == ZEROED && header.zeroedGrains()) {
            return new Place.Zero(left);
        }
        return header.compressed()
                ? new Place.Packed(left)
                : new Place.Stored(
                        left, entry * SparseHeader.SECTOR + offset % header.grainBytes());
    }

    @Override
    public void read(ByteBuffer into, long offset) throws IOException {
        var limit = into.limit();
        for (var at = offset; into.position() < limit; ) {
            var place = find(at, limit - into.position());
            into.limit(into.position() + (int) place.length());
            switch (place) {
                case Place.Nothing _, Place.Zero _ -> Zeroes.fill(into);
                case Place.Stored(_, var host) -> file.readPadded(into, host);
                case Place.Packed _ -> readPacked(into, at);
            }
            into.limit(limit);
            at += place.length();
        }
    }

    private void readPacked(ByteBuffer into, long offset) throws IOException {
        for (var at = offset; into.hasRemaining(); ) {
            var bytes = unpacked(at / header.grainBytes());
            var inGrain = (int) (at % header.grainBytes());
            var count = Math.min(into.remaining(), header.grainBytes() - inGrain);
            into.put(bytes.slice(inGrain, count));
            at += count;
        }
    }

    private ByteBuffer unpacked(long grain) throws IOException {
        var known = last;
        if (known != null && known.grain == grain) {
            return known.bytes;
        }
        var bytes = unpack(grain, tables.entry(grain) * SparseHeader.SECTOR);
        last = new Unpacked(grain, bytes);
        return bytes;
    }

    private ByteBuffer unpack(long grain, long at) throws IOException {
        var marker = ByteBuffer.allocate(MARKER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        file.readFully(marker, at);
        var length = marker.getInt(8);
        if (length <= 0 || length > 2 * header.grainBytes()) {
            throw new ImageException.Corrupt(
                    "%s: the compressed grain at 0x%x has %d bytes, where at most %d make sense"
                            .formatted(file.name(), at, length, 2 * header.grainBytes()));
        }
        var packed = ByteBuffer.allocate(length);
        file.readFully(packed, at + MARKER_BYTES);
        var bytes = ByteBuffer.allocate(header.grainBytes());
        var inflater = new Inflater();
        try {
            inflater.setInput(packed.flip());
            while (bytes.hasRemaining() && inflater.inflate(bytes) > 0) {}
        } catch (DataFormatException e) {
            throw new ImageException.Corrupt(
                    "%s: the compressed grain %d at 0x%x cannot be unpacked: %s"
                            .formatted(file.name(), grain, at, e.getMessage()));
        } finally {
            inflater.end();
        }
        return bytes.clear();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
