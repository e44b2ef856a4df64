package dev.cistern.image.vmdk;

import dev.cistern.image.ImageException;
import dev.cistern.image.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/** Reads compressed grains (VMware Virtual Disk Format 5.0, "Compressed grains"). */
final class PackedGrains {
    private static final int MARKER_BYTES = 12;

    private final Storage file;
    private final SparseHeader header;

    /** The grain that was read last. */
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
        for (var at = offset; into.hasRemaining(); ) {
            var grain = at / header.grainBytes();
            var bytes = unpacked(grain, tables.entry(grain) * SparseHeader.SECTOR);
            var inGrain = (int) (at % header.grainBytes());
            var count = Math.min(into.remaining(), header.grainBytes() - inGrain);
            into.put(bytes.slice(inGrain, count));
            at += count;
        }
    }

    private ByteBuffer unpacked(long grain, long at) throws IOException {
        var known = last;
        if (known != null && known.grain == grain) {
            return known.bytes;
        }
        var bytes = unpack(grain, at);
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
}
