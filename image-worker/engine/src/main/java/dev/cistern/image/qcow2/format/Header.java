package dev.cistern.image.qcow2.format;

import dev.cistern.image.ImageException;
import java.nio.ByteBuffer;

/**
 * The first bytes of a qcow2 image (qcow2 specification, "Header"), as they are on disk,
 * big-endian.
 *
 * @param backingOffset where the backing file's name is, 0 for none
 * @param size bytes that a guest sees
 * @param headerLength bytes; extensions begin there
 */
public record Header(
        int version,
        long backingOffset,
        int backingLength,
        int clusterBits,
        long size,
        int cryptMethod,
        int l1Entries,
        long l1Offset,
        long refcountTableOffset,
        int refcountTableClusters,
        int snapshots,
        long snapshotsOffset,
        long incompatible,
        long compatible,
        long autoclear,
        int refcountOrder,
        int headerLength,
        int compressionType) {
    /** First four bytes. */
    public static final int MAGIC = 0x514649fb; // 'Q' 'F' 'I' 0xfb

    /** Bytes of version 2's header. */
    public static final int V2_LENGTH = 72;

    /** With the compression type, padded to a multiple of 8. */
    public static final int V3_LENGTH = 112;

    /** Refcounts may be too low. */
    public static final long INCOMPATIBLE_DIRTY = 1;

    /** Metadata are known to be wrong. */
    public static final long INCOMPATIBLE_CORRUPT = 1 << 1;

    /** Guest data are in another file. */
    public static final long INCOMPATIBLE_DATA_FILE = 1 << 2;

    /** Clusters are compressed by other than zlib. */
    public static final long INCOMPATIBLE_COMPRESSION = 1 << 3;

    /** L2 entries have subclusters. */
    public static final long INCOMPATIBLE_EXTENDED_L2 = 1 << 4;

    /** Refcounts may be written late, under the dirty bit. */
    public static final long COMPATIBLE_LAZY_REFCOUNTS = 1;

    /** The bitmaps are as the image is. */
    public static final long AUTOCLEAR_BITMAPS = 1;

    /** The data file is a raw image of the same content. */
    public static final long AUTOCLEAR_RAW_DATA_FILE = 1 << 1;

    /** Where size, encryption, L1 size and L1 offset are, 24 bytes that one write changes. */
    public static final int SIZE_AT = 24;

    /** Where the refcount table's offset and length in clusters are, 12 bytes. */
    public static final int REFCOUNT_TABLE_AT = 48;

    /** Where the number of snapshots and the offset of their table are, 12 bytes. */
    public static final int SNAPSHOTS_AT = 60;

    /** Where the incompatible features are, 8 bytes. */
    public static final int INCOMPATIBLE_AT = 72;

    /** Where the compatible features are, 8 bytes. */
    public static final int COMPATIBLE_AT = 80;

    /** Where the width of refcounts is, 4 bytes. */
    public static final int REFCOUNT_ORDER_AT = 96;

    /** Where the autoclear features are, 8 bytes. */
    public static final int AUTOCLEAR_AT = 88;

    /** QEMU's limit on the L1 table, bytes; 2 PiB at clusters of 64 KiB. */
    public static final int MAX_L1_BYTES = 32 << 20;

    /** QEMU's limit on the refcount table, bytes; counts 2 PiB at clusters of 64 KiB. */
    public static final int MAX_REFCOUNT_TABLE_BYTES = 8 << 20;

    /** Longest name of a backing file, bytes ("Header", backing_file_size). */
    public static final int MAX_BACKING_NAME = 1023;

    private static final int V3_MIN_LENGTH = 104;
    private static final int V2_REFCOUNT_ORDER = 4;

    /** The specification's minimum; QEMU's and our maximum. */
    private static final int MIN_CLUSTER_BITS = 9;

    private static final int MAX_CLUSTER_BITS = 21;

    /** A subcluster has at least a sector. */
    private static final int MIN_EXTENDED_CLUSTER_BITS = 14;

    /** QEMU's limit. */
    private static final int MAX_SNAPSHOTS = 65_536;

    private static final int ENTRY_BYTES = 8;
    private static final int MAX_REFCOUNT_ORDER = 6;

    /**
     * Reads and judges a header.
     *
     * @param bytes the first bytes of the image, at least {@link #V2_LENGTH}
     * @param name of the image, for messages
     */
    public static Header decode(ByteBuffer bytes, String name) throws ImageException {
        if (bytes.remaining() < V2_LENGTH || bytes.getInt(0) != MAGIC) {
            throw new ImageException.WrongFormat(name + ": does not begin as a qcow2 image does");
        }
        var version = bytes.getInt(4);
        if (version != 2 && version != 3) {
            throw new ImageException.Unsupported(
                    "%s: qcow2 version %s at 0x4; known are 2 and 3"
                            .formatted(name, Integer.toUnsignedString(version)));
        }
        if (version == 3 && bytes.remaining() < V3_MIN_LENGTH) {
            throw new ImageException.Corrupt(
                    "%s: ends at 0x%x, inside its header".formatted(name, bytes.remaining()));
        }
        var header = version == 2 ? version2(bytes) : version3(bytes);
        header.judge(name);
        return header;
    }

    private static Header version2(ByteBuffer bytes) {
        return new Header(
                2,
                bytes.getLong(8),
                bytes.getInt(16),
                bytes.getInt(20),
                bytes.getLong(24),
                bytes.getInt(32),
                bytes.getInt(36),
                bytes.getLong(40),
                bytes.getLong(48),
                bytes.getInt(56),
                bytes.getInt(60),
                bytes.getLong(64),
                0,
                0,
                0,
                V2_REFCOUNT_ORDER,
                V2_LENGTH,
                0);
    }

    private static Header version3(ByteBuffer bytes) {
        var length = bytes.getInt(100);
        return new Header(
                3,
                bytes.getLong(8),
                bytes.getInt(16),
                bytes.getInt(20),
                bytes.getLong(24),
                bytes.getInt(32),
                bytes.getInt(36),
                bytes.getLong(40),
                bytes.getLong(48),
                bytes.getInt(56),
                bytes.getInt(60),
                bytes.getLong(64),
                bytes.getLong(72),
                bytes.getLong(80),
                bytes.getLong(88),
                bytes.getInt(96),
                length,
                length > V3_MIN_LENGTH && bytes.remaining() > V3_MIN_LENGTH
                        ? bytes.get(V3_MIN_LENGTH)
                        : 0);
    }

    private void judge(String name) throws ImageException {
        requireBetween(
                "cluster_bits at 0x14", clusterBits, MIN_CLUSTER_BITS, MAX_CLUSTER_BITS, name);
        requireBetween(
                "header_length at 0x64",
                headerLength,
                version == 2 ? V2_LENGTH : V3_MIN_LENGTH,
                clusterSize(),
                name);
        requireBetween("refcount_order at 0x60", refcountOrder, 0, MAX_REFCOUNT_ORDER, name);
        requireBetween("nb_snapshots at 0x3c", snapshots, 0, MAX_SNAPSHOTS, name);
        requireBetween("l1_size at 0x24", l1Entries, 0, MAX_L1_BYTES / ENTRY_BYTES, name);
        requireBetween("crypt_method at 0x20", cryptMethod, 0, 2, name);
        if (size < 0) {
            throw new ImageException.Corrupt(
                    "%s: size at 0x18 is %s bytes".formatted(name, Long.toUnsignedString(size)));
        }
        if (incompatible(INCOMPATIBLE_EXTENDED_L2) && clusterBits < MIN_EXTENDED_CLUSTER_BITS) {
            throw new ImageException.Corrupt(
                    "%s: cluster_bits at 0x14 is %d; with extended L2 entries at least %d"
                            .formatted(name, clusterBits, MIN_EXTENDED_CLUSTER_BITS));
        }
        requireBetween(
                "refcount_table_clusters at 0x38",
                refcountTableClusters,
                0,
                Math.max(1, MAX_REFCOUNT_TABLE_BYTES >> clusterBits),
                name);
        judgeBackingName(name);
        requireAtCluster("l1_table_offset", l1Offset, name);
        requireAtCluster("refcount_table_offset", refcountTableOffset, name);
        if (snapshots > 0) {
            requireAtCluster("snapshots_offset", snapshotsOffset, name);
        }
    }

    private void judgeBackingName(String name) throws ImageException.Corrupt {
        if (backingOffset == 0) {
            return;
        }
        requireBetween("backing_file_size at 0x10", backingLength, 0, MAX_BACKING_NAME, name);
        if (backingOffset < 0 || backingOffset > clusterSize() - backingLength) {
            throw new ImageException.Corrupt(
                    "%s: the backing file's name, %d bytes at 0x%x, is not in the first cluster"
                            .formatted(name, backingLength, backingOffset));
        }
    }

    private static void requireBetween(String field, int found, int least, int most, String name)
            throws ImageException.Corrupt {
        if (found < least || found > most) {
            throw new ImageException.Corrupt(
                    "%s: %s is %s, not %d to %d"
                            .formatted(name, field, Integer.toUnsignedString(found), least, most));
        }
    }

    private void requireAtCluster(String field, long offset, String name)
            throws ImageException.Corrupt {
        if (offset < 0 || offset % clusterSize() != 0) {
            throw new ImageException.Corrupt(
                    "%s: %s 0x%x is not at a cluster".formatted(name, field, offset));
        }
    }

    /** Bytes of a cluster. */
    public int clusterSize() {
        return 1 << clusterBits;
    }

    /** Whether an incompatible feature is in use. */
    public boolean incompatible(long feature) {
        return (incompatible & feature) != 0;
    }

    /** The same image as one of its snapshots has it, which has no snapshots itself. */
    public Header at(SnapshotEntry snapshot) {
        return new Header(
                version,
                backingOffset,
                backingLength,
                clusterBits,
                snapshot.capacity(size),
                cryptMethod,
                snapshot.l1Entries(),
                snapshot.l1Host(),
                refcountTableOffset,
                refcountTableClusters,
                0,
                0,
                incompatible,
                compatible,
                autoclear,
                refcountOrder,
                headerLength,
                compressionType);
    }

    /** The bytes of the header; version 2 ends after 72. */
    public ByteBuffer encode() {
        var bytes = ByteBuffer.allocate(V3_LENGTH);
        bytes.putInt(MAGIC).putInt(version).putLong(backingOffset).putInt(backingLength);
        bytes.putInt(clusterBits).putLong(size).putInt(cryptMethod).putInt(l1Entries);
        bytes.putLong(l1Offset).putLong(refcountTableOffset).putInt(refcountTableClusters);
        bytes.putInt(snapshots).putLong(snapshotsOffset);
        bytes.putLong(incompatible).putLong(compatible).putLong(autoclear);
        bytes.putInt(refcountOrder).putInt(headerLength).put((byte) compressionType);
        return bytes.rewind().limit(headerLength);
    }
}
