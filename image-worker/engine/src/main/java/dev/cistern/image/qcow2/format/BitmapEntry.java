package dev.cistern.image.qcow2.format;

import dev.cistern.image.ImageException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A row of the bitmap directory ("Bitmap directory"): 24 bytes, name, padded to 8 bytes.
 *
 * @param tableHost where the bitmap's table is
 * @param tableEntries each names a cluster of bits
 * @param granularityBits a bit stands for 2 to the power of it guest bytes
 */
public record BitmapEntry(
        long tableHost, int tableEntries, int flags, int granularityBits, String name) {
    /** The bits were not brought to the disk by the last who wrote to the image. */
    public static final int IN_USE = 1;

    /** The bitmap records writes whenever the image is open. */
    public static final int AUTO = 2;

    /** QEMU's limit; a bit stands for 512 bytes at least. */
    public static final int MIN_GRANULARITY_BITS = 9;

    /** QEMU's limit. */
    public static final int MAX_GRANULARITY_BITS = 31;

    /** QEMU's limit, bytes. */
    public static final int MAX_NAME_BYTES = 1023;

    /** QEMU's limit on the bits of one bitmap, bytes. */
    public static final int MAX_BYTES = 0x2000_0000;

    /** QEMU's limit on the table of one bitmap, entries. */
    public static final int MAX_TABLE_ENTRIES = 0x800_0000;

    /** QEMU's limit. */
    public static final int MAX_BITMAPS = 65_535;

    /** QEMU's limit, bytes. */
    public static final int MAX_DIRECTORY_BYTES = MAX_BITMAPS * 1024;

    /** What a table entry says of bits that are all set and not stored. */
    public static final long ALL_ONES = 1;

    private static final long RESERVED_OF_TABLE_ENTRY = 0xff00_0000_0000_01feL;
    private static final int FIXED_BYTES = 24;
    private static final int ALIGNMENT = 8;
    private static final int TYPE_DIRTY_TRACKING = 1;

    /**
     * Reads a directory.
     *
     * @param count how many rows it has
     * @param image its name, for messages
     * @throws ImageException.Unsupported if a bitmap is of a kind that is not known
     */
    public static List<BitmapEntry> decode(
            ByteBuffer directory, int count, ClusterGeometry geometry, long capacity, String image)
            throws ImageException {
        var entries = new ArrayList<BitmapEntry>();
        for (var at = 0; entries.size() < count; ) {
            if (directory.limit() - at < FIXED_BYTES) {
                throw new ImageException.Corrupt(
                        "%s: the bitmap directory of %d bytes ends after %d of %d bitmaps"
                                .formatted(image, directory.limit(), entries.size(), count));
            }
            var row = directory.slice(at, directory.limit() - at);
            var entry = decodeRow(row, image);
            entry.judge(geometry, capacity, image);
            entries.add(entry);
            at = Math.min(directory.limit(), at + entry.length());
        }
        return entries;
    }

    private static BitmapEntry decodeRow(ByteBuffer row, String image) throws ImageException {
        var nameLength = Short.toUnsignedInt(row.getShort(18));
        if (row.get(16) != TYPE_DIRTY_TRACKING
                || row.getInt(20) != 0
                || (row.getInt(12) & ~(IN_USE | AUTO)) != 0) {
            throw new ImageException.Unsupported(
                    "%s: a bitmap is of type %d with the flags 0x%x and %s bytes of extra data; known are type 1, flags 0x3, no extra data"
                            .formatted(
                                    image,
                                    row.get(16),
                                    row.getInt(12),
                                    Integer.toUnsignedString(row.getInt(20))));
        }
        if (nameLength > Math.min(MAX_NAME_BYTES, row.limit() - FIXED_BYTES)) {
            throw new ImageException.Corrupt(
                    "%s: the name of a bitmap has %d bytes, more than %d or than there are"
                            .formatted(image, nameLength, MAX_NAME_BYTES));
        }
        return new BitmapEntry(
                row.getLong(0),
                row.getInt(8),
                row.getInt(12),
                row.get(17),
                HeaderExtension.text(row.slice(FIXED_BYTES, nameLength)));
    }

    private void judge(ClusterGeometry geometry, long capacity, String image)
            throws ImageException.Corrupt {
        var bytes = (long) tableEntries << geometry.clusterBits();
        var sound =
                tableHost > 0
                        && geometry.inCluster(tableHost) == 0
                        && tableEntries > 0
                        && tableEntries <= MAX_TABLE_ENTRIES
                        && bytes <= MAX_BYTES
                        && granularityBits >= MIN_GRANULARITY_BITS
                        && granularityBits <= MAX_GRANULARITY_BITS;
        if (!sound || (!inUse() && tableEntries != tableEntries(capacity, geometry))) {
            throw new ImageException.Corrupt(
                    "%s: the bitmap '%s' has a table of %s entries at 0x%x and bits of 2^%d bytes, which does not fit a capacity of %d bytes"
                            .formatted(
                                    image,
                                    name,
                                    Integer.toUnsignedString(tableEntries),
                                    tableHost,
                                    granularityBits,
                                    capacity));
        }
    }

    private long tableEntries(long capacity, ClusterGeometry geometry) {
        return geometry.clusters(bytes(capacity, granularityBits));
    }

    /** Bytes that the bits for a capacity take. */
    public static long bytes(long capacity, int granularityBits) {
        var bits = Math.ceilDiv(capacity, 1L << granularityBits);
        return Math.ceilDiv(bits, Long.SIZE) * Long.BYTES;
    }

    /**
     * Where the cluster of bits is that a table entry names, 0 if none is stored.
     *
     * @throws ImageException.Corrupt if the entry makes no sense
     */
    public long cluster(long tableEntry, ClusterGeometry geometry, String image)
            throws ImageException.Corrupt {
        var host = L1Entry.table(tableEntry);
        if ((tableEntry & RESERVED_OF_TABLE_ENTRY) != 0
                || geometry.inCluster(host) != 0
                || (host != 0 && tableEntry != host)) {
            throw new ImageException.Corrupt(
                    "%s: the table of the bitmap '%s' has an entry 0x%x, which contradicts itself"
                            .formatted(image, name, tableEntry));
        }
        return host;
    }

    /** Whether its bits are of no use. */
    public boolean inUse() {
        return (flags & IN_USE) != 0;
    }

    /** Whether it records writes. */
    public boolean auto() {
        return (flags & AUTO) != 0;
    }

    /** Guest bytes that a bit stands for. */
    public long granularity() {
        return 1L << granularityBits;
    }

    /** The same with other flags. */
    public BitmapEntry withFlags(int other) {
        return new BitmapEntry(tableHost, tableEntries, other, granularityBits, name);
    }

    private int length() {
        var bytes = FIXED_BYTES + name.getBytes(StandardCharsets.UTF_8).length;
        return Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT;
    }

    /** The bytes of a directory. */
    public static ByteBuffer encode(List<BitmapEntry> entries) {
        var bytes = ByteBuffer.allocate(entries.stream().mapToInt(BitmapEntry::length).sum());
        for (var entry : entries) {
            var end = bytes.position() + entry.length();
            var name = entry.name.getBytes(StandardCharsets.UTF_8);
            bytes.putLong(entry.tableHost).putInt(entry.tableEntries).putInt(entry.flags);
            bytes.put((byte) TYPE_DIRTY_TRACKING).put((byte) entry.granularityBits);
            bytes.putShort((short) name.length).putInt(0).put(name).position(end);
        }
        return bytes.flip();
    }
}
