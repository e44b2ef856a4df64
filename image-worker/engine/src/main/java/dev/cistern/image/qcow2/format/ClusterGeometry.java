package dev.cistern.image.qcow2.format;

/**
 * All shifts and masks of an image: how guest offsets are split over its tables, and host clusters
 * over its refcount blocks.
 *
 * @param clusterBits a cluster is 2 to the power of it, 9 to 21
 * @param refcountOrder a refcount has 2 to the power of it bits, 0 to 6
 * @param extendedL2 whether an L2 entry has a bitmap of 32 subclusters
 * @param zeroFlag whether a cluster can be said to be zero; from version 3 on
 * @param external whether guest clusters are in a file of their own, each at its guest offset
 */
public record ClusterGeometry(
        int clusterBits,
        int refcountOrder,
        boolean extendedL2,
        boolean zeroFlag,
        boolean external) {
    /** Bytes of an entry of the L1 and of the refcount table. */
    public static final int TABLE_ENTRY_BYTES = 8;

    private static final int EXTENDED_SUBCLUSTER_BITS = 5;

    /** The geometry of an image that is one file. */
    public ClusterGeometry(
            int clusterBits, int refcountOrder, boolean extendedL2, boolean zeroFlag) {
        this(clusterBits, refcountOrder, extendedL2, zeroFlag, false);
    }

    /** The geometry that a header tells. */
    public static ClusterGeometry of(Header header) {
        return new ClusterGeometry(
                header.clusterBits(),
                header.refcountOrder(),
                header.incompatible(Header.INCOMPATIBLE_EXTENDED_L2),
                header.version() >= 3,
                header.incompatible(Header.INCOMPATIBLE_DATA_FILE));
    }

    /** Bytes of a cluster. */
    public int clusterSize() {
        return 1 << clusterBits;
    }

    /** How many parts of a cluster have a state of their own. */
    public int subclusters() {
        return extendedL2 ? 1 << EXTENDED_SUBCLUSTER_BITS : 1;
    }

    /** Bytes of such a part. */
    public int subclusterSize() {
        return extendedL2 ? clusterSize() >> EXTENDED_SUBCLUSTER_BITS : clusterSize();
    }

    /** Which part of its cluster an offset is in. */
    public int subcluster(long offset) {
        return (int) (inCluster(offset) / subclusterSize());
    }

    /** Bytes of an entry of an L2 table, which fills one cluster. */
    public int l2EntryBytes() {
        return extendedL2 ? 16 : 8;
    }

    private int l2Bits() {
        return clusterBits - (extendedL2 ? 4 : 3);
    }

    /** Entries of an L2 table. */
    public int l2Entries() {
        return 1 << l2Bits();
    }

    /** Guest bytes that one L2 table, and so one L1 entry, covers. */
    public long l2Coverage() {
        return 1L << (clusterBits + l2Bits());
    }

    /** Entries that an L1 table needs for so many guest bytes. */
    public long l1Entries(long guestBytes) {
        return Math.ceilDiv(guestBytes, l2Coverage());
    }

    /** The L1 entry for a guest offset. */
    public int l1Index(long guestOffset) {
        return Math.toIntExact(guestOffset >>> (clusterBits + l2Bits()));
    }

    /** The L2 entry for a guest offset. */
    public int l2Index(long guestOffset) {
        return (int) (guestOffset >>> clusterBits) & (l2Entries() - 1);
    }

    /** How far an offset is into its cluster. */
    public long inCluster(long offset) {
        return offset & (clusterSize() - 1);
    }

    /** The start of the cluster that an offset is in. */
    public long clusterStart(long offset) {
        return offset & -(long) clusterSize();
    }

    /** The end of the cluster that the byte before an offset is in. */
    public long clusterEnd(long offset) {
        return clusterStart(offset + clusterSize() - 1);
    }

    /** The number of the cluster that an offset is in. */
    public long cluster(long offset) {
        return offset >>> clusterBits;
    }

    /** Clusters that so many bytes take. */
    public long clusters(long bytes) {
        return Math.ceilDiv(bytes, clusterSize());
    }

    /** Refcounts in a refcount block, which fills one cluster. */
    public int blockEntries() {
        return 1 << blockBits();
    }

    private int blockBits() {
        return clusterBits + 3 - refcountOrder;
    }

    /** The refcount block, by its place in the refcount table, that counts a host cluster. */
    public long blockIndex(long hostCluster) {
        return hostCluster >>> blockBits();
    }

    /** The largest refcount; counts of 64 bits are used up to 2^63 − 1. */
    public long maxRefcount() {
        return refcountOrder == 6 ? Long.MAX_VALUE : (1L << (1 << refcountOrder)) - 1;
    }
}
