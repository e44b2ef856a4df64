package dev.cistern.image.vmdk;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What says in a stream-optimized extent what follows (VMware Virtual Disk Format 5.0,
 * "Stream-optimized compressed sparse extents"). All but a grain's fill a sector.
 */
enum StreamMarker {
    END_OF_STREAM(0),
    GRAIN_TABLE(1),
    GRAIN_DIRECTORY(2),
    FOOTER(3);

    /** Of a grain's marker, behind which its compressed bytes begin. */
    static final int GRAIN_BYTES = 12;

    private static final int TYPE_AT = 12;

    private final int type;

    StreamMarker(int type) {
        this.type = type;
    }

    /**
     * The marker.
     *
     * @param sectors that follow
     */
    ByteBuffer encode(long sectors) {
        var bytes = ByteBuffer.allocate(SparseHeader.SECTOR).order(ByteOrder.LITTLE_ENDIAN);
        return bytes.putLong(0, sectors).putInt(TYPE_AT, type);
    }

    /**
     * Puts a grain's marker.
     *
     * @param sector of the guest
     * @param length of the compressed bytes
     */
    static void putGrain(ByteBuffer into, long sector, int length) {
        into.order(ByteOrder.LITTLE_ENDIAN).putLong(0, sector).putInt(Long.BYTES, length);
    }
}
