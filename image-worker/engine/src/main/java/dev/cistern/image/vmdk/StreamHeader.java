package dev.cistern.image.vmdk;

import dev.cistern.image.ImageException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The header of a stream-optimized extent, and its footer, which is the same but for where the
 * grain directory is (VMware Virtual Disk Format 5.0, "Hosted sparse extents").
 *
 * @param sectors that a guest sees
 */
record StreamHeader(long sectors) {
    /** In place of where the directory is: the footer tells. */
    static final long IN_FOOTER = -1;

    private static final int SECTOR = SparseHeader.SECTOR;
    private static final int VERSION = 3;
    private static final int GRAIN = 128;
    private static final int TABLE_ENTRIES = 512;
    private static final int DESCRIPTOR_SECTORS = 20;
    private static final short DEFLATE = 1;

    /** Newlines can be told from damage; grains are compressed; markers are there. */
    private static final int FLAGS = 1 | 1 << 16 | 1 << 17;

    /** As they come out if a transfer as text has not changed them. */
    private static final byte[] LINE_ENDS = {'\n', ' ', '\r', '\n'};

    /** The sector. */
    ByteBuffer encode(long directory) {
        return ByteBuffer.allocate(SECTOR)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(SparseHeader.MAGIC)
                .putInt(VERSION)
                .putInt(FLAGS)
                .putLong(sectors)
                .putLong(GRAIN)
                .putLong(1)
                .putLong(DESCRIPTOR_SECTORS)
                .putInt(TABLE_ENTRIES)
                .putLong(0)
                .putLong(directory)
                .putLong(GRAIN)
                .put((byte) 0)
                .put(LINE_ENDS)
                .putShort(DEFLATE)
                .clear();
    }

    /** The descriptor with zeroes up to where the grains begin. */
    ByteBuffer pad(byte[] descriptor, String name) throws ImageException.OutOfRange {
        if (descriptor.length > DESCRIPTOR_SECTORS * SECTOR) {
            throw new ImageException.OutOfRange(
                    "%s: the descriptor has %d bytes, where %d are allowed"
                            .formatted(name, descriptor.length, DESCRIPTOR_SECTORS * SECTOR));
        }
        return ByteBuffer.allocate((GRAIN - 1) * SECTOR).put(descriptor).clear();
    }
}
