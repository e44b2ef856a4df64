package dev.cistern.image.qcow2.format;

import dev.cistern.image.ImageException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;

/**
 * A row of the snapshot table ("Snapshots"): 40 bytes, extra data, id, name, padded to 8 bytes.
 *
 * @param l1Host where the snapshot's L1 table is
 * @param seconds when it was taken, since 1970
 * @param clockNanos how long the guest had been running
 * @param stateBytes length of the machine's state
 * @param extra as on disk, at least disk size and length of state in version 3
 * @param idBytes as on disk; neither these nor the name's need be UTF-8
 */
public record SnapshotEntry(
        long l1Host,
        int l1Entries,
        int seconds,
        int nanos,
        long clockNanos,
        long stateBytes,
        ByteBuffer extra,
        ByteBuffer idBytes,
        ByteBuffer nameBytes) {
    private static final int FIXED_BYTES = 40;
    private static final int ALIGNMENT = 8;
    private static final int STATE_IN_EXTRA = 8;
    private static final int SIZE_IN_EXTRA = 16;
    private static final int COUNT_IN_EXTRA = 16;

    /** QEMU's limit, bytes. */
    private static final int MAX_EXTRA_BYTES = 1024;

    /** The most bytes of a row. */
    public static final int MAX_BYTES = FIXED_BYTES + MAX_EXTRA_BYTES + 2 * 0xffff + ALIGNMENT;

    /** QEMU's limit for all rows together, bytes. */
    public static final int MAX_TABLE_BYTES = 64 << 20;

    /** A snapshot as of now, with what version 3 wants to be there. */
    public static SnapshotEntry of(
            long l1Host,
            int l1Entries,
            long capacity,
            java.time.Instant now,
            String id,
            String name) {
        var extra =
                ByteBuffer.allocate(SIZE_IN_EXTRA).putLong(0, 0).putLong(STATE_IN_EXTRA, capacity);
        return new SnapshotEntry(
                l1Host,
                l1Entries,
                (int) now.getEpochSecond(),
                now.getNano(),
                0,
                0,
                extra,
                utf8(id),
                utf8(name));
    }

    private static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    /** What it is called by, unique in its image. */
    public String id() {
        return HeaderExtension.text(idBytes.duplicate());
    }

    /** What its maker calls it. */
    public String name() {
        return HeaderExtension.text(nameBytes.duplicate());
    }

    /** Bytes that a guest sees in it; without extra data those of the image. */
    public long capacity(long ofImage) {
        return extra.limit() >= SIZE_IN_EXTRA ? extra.getLong(STATE_IN_EXTRA) : ofImage;
    }

    /** Whether its own capacity is in the row, as version 3 wants it. */
    public boolean tellsCapacity() {
        return extra.limit() >= SIZE_IN_EXTRA;
    }

    /** The same row with its capacity in it. */
    public SnapshotEntry tellingCapacity(long capacity) {
        var more =
                ByteBuffer.allocate(Math.max(extra.limit(), SIZE_IN_EXTRA))
                        .put(0, extra, 0, extra.limit())
                        .putLong(0, stateBytes)
                        .putLong(STATE_IN_EXTRA, capacity);
        return new SnapshotEntry(
                l1Host,
                l1Entries,
                seconds,
                nanos,
                clockNanos,
                stateBytes,
                more,
                idBytes,
                nameBytes);
    }

    /** Instructions that the guest had executed, if they were counted ("icount"). */
    public OptionalLong instructions() {
        return extra.limit() >= COUNT_IN_EXTRA + Long.BYTES && extra.getLong(COUNT_IN_EXTRA) != -1
                ? OptionalLong.of(extra.getLong(COUNT_IN_EXTRA))
                : OptionalLong.empty();
    }

    /**
     * Reads a row and moves the buffer past it.
     *
     * @param at where the buffer's first byte is in the image, for messages
     */
    public static SnapshotEntry decode(ByteBuffer bytes, long at, String image)
            throws ImageException.Corrupt {
        requireRoom(bytes, FIXED_BYTES, at, image);
        var start = bytes.position();
        var row = bytes.slice(start, FIXED_BYTES);
        var idLength = Short.toUnsignedInt(row.getShort(12));
        var nameLength = Short.toUnsignedInt(row.getShort(14));
        var extraLength = row.getInt(36);
        if (extraLength < 0 || extraLength > MAX_EXTRA_BYTES) {
            throw new ImageException.Corrupt(
                    "%s: the snapshot at 0x%x has %s bytes of extra data, more than %d"
                            .formatted(
                                    image,
                                    at + start,
                                    Integer.toUnsignedString(extraLength),
                                    MAX_EXTRA_BYTES));
        }
        var length = FIXED_BYTES + extraLength + idLength + nameLength;
        requireRoom(bytes, length, at, image);
        var extra = copy(bytes, start + FIXED_BYTES, extraLength);
        var idAt = start + FIXED_BYTES + extraLength;
        var state =
                extraLength >= STATE_IN_EXTRA
                        ? extra.getLong(0)
                        : Integer.toUnsignedLong(row.getInt(32));
        var padded = Math.ceilDiv(length, ALIGNMENT) * ALIGNMENT;
        bytes.position(Math.min(bytes.limit(), start + padded));
        return new SnapshotEntry(
                row.getLong(0),
                row.getInt(8),
                row.getInt(16),
                row.getInt(20),
                row.getLong(24),
                state,
                extra,
                copy(bytes, idAt, idLength),
                copy(bytes, idAt + idLength, nameLength));
    }

    private static ByteBuffer copy(ByteBuffer from, int start, int length) {
        return ByteBuffer.allocate(length).put(0, from, start, length);
    }

    private static void requireRoom(ByteBuffer bytes, int length, long at, String image)
            throws ImageException.Corrupt {
        if (bytes.remaining() < length) {
            throw new ImageException.Corrupt(
                    "%s: the snapshot table ends at 0x%x, inside the entry at 0x%x of 0x%x bytes"
                            .formatted(image, at + bytes.limit(), at + bytes.position(), length));
        }
    }

    /** Bytes of the row, padded. */
    public int length() {
        return Math.ceilDiv(
                        FIXED_BYTES + extra.limit() + idBytes.limit() + nameBytes.limit(),
                        ALIGNMENT)
                * ALIGNMENT;
    }

    /** Writes the row and moves the buffer past it. */
    public void encode(ByteBuffer into) {
        var start = into.position();
        into.putLong(l1Host).putInt(l1Entries);
        into.putShort((short) idBytes.limit()).putShort((short) nameBytes.limit());
        into.putInt(seconds).putInt(nanos).putLong(clockNanos);
        into.putInt((int) Math.min(stateBytes, 0xffff_ffffL)).putInt(extra.limit());
        into.put(extra.duplicate()).put(idBytes.duplicate()).put(nameBytes.duplicate());
        into.position(start + length());
    }
}
