package dev.cistern.image.qcow2.format;

/**
 * One 64-bit entry of an L1 table ("Cluster mapping", L1 table entry).
 *
 * <pre>
 *   bit  63     the L2 table's refcount is exactly one ("copied"); active L1 table only
 *   bits 9-55   host offset of the L2 table, at a cluster; 0 for none
 * </pre>
 */
public final class L1Entry {
    /** The L2 table may be changed in place. */
    public static final long COPIED = 1L << 63;

    private static final long OFFSET = 0x00ff_ffff_ffff_fe00L;

    private L1Entry() {}

    /** Where the L2 table is, 0 for none. */
    public static long table(long bits) {
        return bits & OFFSET;
    }

    /** Whether the L2 table may be changed in place. */
    public static boolean copied(long bits) {
        return (bits & COPIED) != 0;
    }
}
