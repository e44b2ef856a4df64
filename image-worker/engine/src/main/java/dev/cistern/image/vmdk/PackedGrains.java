package dev.cistern.image.vmdk;

import dev.cistern.image.ImageException;
import dev.cistern.image.Scratch;
import dev.cistern.image.storage.Storage;
import dev.cistern.image.storage.Zeroes;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/** Reads compressed grains (VMware Virtual Disk Format 5.0, "Compressed grains"). */
final class PackedGrains implements Closeable {
    private static final int MARKER_BYTES = 12;
    private static final Scratch PACKED = new Scratch();

    private final Storage file;
    private final SparseHeader header;

    /** Those that no thread uses; as many as threads have read at once. */
    private final ConcurrentLinkedQueue<Inflater> idle = new ConcurrentLinkedQueue<>();

    /** The grain of which a part was read last. */
    private volatile @Nullable Unpacked last;

    PackedGrains(Storage file, SparseHeader header) {
        this.file = file;
        this.header = header;
    }

    private static final class Unpacked {
        private final long grain;
        private final ByteBuffer bytes;

        Unpacked(long grain, ByteBuffer bytes) {
            this.grain = grain;
            this.bytes = bytes;
        }
    }

    /** Fills the buffer's room from grains that are compressed, all of them. */
    void read(ByteBuffer into, long offset, GrainTables tables) throws IOException {
        var limit = into.limit();
        for (var at = offset; into.position() < limit; ) {
            var grain = at / header.grainBytes();
            var inGrain = (int) (at % header.grainBytes());
            var count = Math.min(limit - into.position(), header.grainBytes() - inGrain);
            var host = tables.entry(grain) * SparseHeader.SECTOR;
            if (count == header.grainBytes()) {
                unpack(grain, host, into.limit(into.position() + count));
                into.limit(limit);
            } else {
                into.put(unpacked(grain, host).slice(inGrain, count));
            }
            at += count;
        }
    }

    private ByteBuffer unpacked(long grain, long at) throws IOException {
        var known = last;
        if (known != null && known.grain == grain) {
            return known.bytes;
        }
        var bytes = ByteBuffer.allocate(header.grainBytes());
        unpack(grain, at, bytes);
        last = new Unpacked(grain, bytes.clear());
        return bytes;
    }

    /** Fills the buffer's room with a grain; with zeroes where that is shorter. */
    private void unpack(long grain, long at, ByteBuffer into) throws IOException {
        var packed = PACKED.of(packedLength(at));
        file.readFully(packed, at + MARKER_BYTES);
        var known = idle.poll();
        var inflater = known == null ? new Inflater() : known;
        try {
            inflater.reset();
            inflater.setInput(packed.flip());
            while (into.hasRemaining() && inflater.inflate(into) > 0) {
                // Until the grain is full or the bytes end.
            }
            Zeroes.fill(into);
        } catch (DataFormatException e) {
            throw new ImageException.Corrupt(
                    "%s: the compressed grain %d at 0x%x cannot be unpacked: %s"
                            .formatted(file.name(), grain, at, e.getMessage()));
        } finally {
            idle.add(inflater);
        }
    }

    private int packedLength(long at) throws IOException {
        var marker = ByteBuffer.allocate(MARKER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        file.readFully(marker, at);
        var length = marker.getInt(8);
        if (length <= 0 || length > 2 * header.grainBytes()) {
            throw new ImageException.Corrupt(
                    "%s: the compressed grain at 0x%x has %d bytes, where at most %d make sense"
                            .formatted(file.name(), at, length, 2 * header.grainBytes()));
        }
        return length;
    }

    @Override
    public void close() {
        for (var inflater = idle.poll(); inflater != null; inflater = idle.poll()) {
            inflater.end();
        }
    }
}
