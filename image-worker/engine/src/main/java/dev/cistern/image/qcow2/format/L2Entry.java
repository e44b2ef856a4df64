package dev.cistern.image.qcow2.format;

/**
 * One entry of an L2 table ("Cluster mapping", L2 table entry): 64 bits, and in images with
 * extended L2 entries 64 more.
 *
 * <pre>
 *   bit  63     refcount is exactly one ("copied"); active L2 tables only
 *   bit  62     compressed
 *   standard:   bits 9-55 host cluster offset, bit 0 reads as zeroes (version 3, not extended)
 *               in a data file offset 0 is a cluster if bit 63 is set, and none otherwise
 *   compressed: bits 0-(x-1) host offset, bits x-61 additional sectors, x = 62 - (clusterBits - 8)
 *
 *   subclusters: bit 0-31 subcluster is stored, bit 32-63 subcluster reads as zeroes
 * </pre>
 */
public final class L2Entry {
    /** The cluster may be written in place. */
    public static final long COPIED = 1L << 63;

    /** The cluster is stored compressed. */
    public static final long COMPRESSED = 1L << 62;

    /** The cluster reads as zeroes. */
    public static final long ZERO = 1;

    /** All subclusters are stored. */
    public static final long ALL_STORED = 0xffff_ffffL;

    /** All subclusters read as zeroes. */
    public static final long ALL_ZERO = 0xffff_ffff_0000_0000L;

    private static final long OFFSET = 0x00ff_ffff_ffff_fe00L;
    private static final int SECTOR_BITS = 9;
    private static final int SUBCLUSTERS = 32;

    /** What a cluster, or a part of one, is. */
    public enum State {
        /** Nothing is said of it here. */
        UNALLOCATED,
        /** It reads as zeroes. */
        ZERO,
        /** It is stored at the entry's host offset. */
        DATA,
        /** Its whole cluster is stored compressed. */
        COMPRESSED,
        /** The entry contradicts itself. */
        INVALID
    }

    private L2Entry() {}

    /** What a subcluster, 0 where there is but one, is. */
    public static State state(long bits, long bitmap, int subcluster, ClusterGeometry geometry) {
        if ((bits & COMPRESSED) != 0) {
            return State.COMPRESSED;
        }
        if (geometry.extendedL2()) {
            return extended(bits, bitmap, subcluster, geometry);
        }
        if ((bits & ZERO) != 0) {
            return geometry.zeroFlag() ? State.ZERO : State.INVALID;
        }
        return hasHost(bits, geometry) ? State.DATA : State.UNALLOCATED;
    }

    private static State extended(
            long bits, long bitmap, int subcluster, ClusterGeometry geometry) {
        var stored = (bitmap >>> subcluster & 1) != 0;
        var zero = (bitmap >>> (SUBCLUSTERS + subcluster) & 1) != 0;
        if (stored) {
            return zero || !hasHost(bits, geometry) ? State.INVALID : State.DATA;
        }
        return zero ? State.ZERO : State.UNALLOCATED;
    }

    /** Whether there is a place where the uncompressed cluster is or may be stored. */
    public static boolean hasHost(long bits, ClusterGeometry geometry) {
        return host(bits) != 0 || (geometry.external() && (bits & (COPIED | COMPRESSED)) == COPIED);
    }

    /** Where that place is; 0 without one, and in a data file for the first cluster. */
    public static long host(long bits) {
        return (bits & COMPRESSED) != 0 ? 0 : bits & OFFSET;
    }

    /** Whether the cluster may be written in place. */
    public static boolean copied(long bits) {
        return (bits & COPIED) != 0;
    }

    /** Whether the cluster is compressed. */
    public static boolean compressed(long bits) {
        return (bits & COMPRESSED) != 0;
    }

    /** Where the bytes of a compressed cluster begin. */
    public static long compressedHost(long bits, ClusterGeometry geometry) {
        return bits & ((1L << compressedShift(geometry)) - 1);
    }

    /** The most bytes that a compressed cluster takes: to the end of its last sector. */
    public static int compressedLength(long bits, ClusterGeometry geometry) {
        var sectors = ((bits & ~(COPIED | COMPRESSED)) >>> compressedShift(geometry)) + 1;
        var host = compressedHost(bits, geometry);
        return (int) ((sectors << SECTOR_BITS) - (host & ((1 << SECTOR_BITS) - 1)));
    }

    /** The entry of a compressed cluster of so many bytes. */
    public static long compressedEntry(long host, int length, ClusterGeometry geometry) {
        var sectors = ((host + length - 1) >>> SECTOR_BITS) - (host >>> SECTOR_BITS);
        return COMPRESSED | sectors << compressedShift(geometry) | host;
    }

    /** The end of what compressed clusters can address in the host file. */
    public static long compressedLimit(ClusterGeometry geometry) {
        return 1L << Math.min(compressedShift(geometry), 56);
    }

    private static int compressedShift(ClusterGeometry geometry) {
        return 62 - (geometry.clusterBits() - 8);
    }

    /** The bits of {@code count} subclusters from {@code first} on, as stored. */
    public static long stored(int first, int count) {
        return ((1L << count) - 1) << first;
    }

    /** The same bits, as zero. */
    public static long zero(int first, int count) {
        return stored(first, count) << SUBCLUSTERS;
    }
}
