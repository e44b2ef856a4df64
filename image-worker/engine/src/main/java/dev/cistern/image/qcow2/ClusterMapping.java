package dev.cistern.image.qcow2;

/** Where a run of guest bytes lives in this image. */
sealed interface ClusterMapping {
    /** Bytes for which it holds. */
    long length();

    /** Nothing is stored here: the backing image has it, or it is zero when there is none. */
    record Unallocated(long length) implements ClusterMapping {}

    /**
     * Reads as zeroes.
     *
     * @param host where space is set aside for it, 0 for nowhere
     */
    record Zero(long length, long host) implements ClusterMapping {}

    /**
     * Stored as is.
     *
     * @param exclusive whether nothing else refers to it, so that it may be written in place
     */
    record Data(long length, long host, boolean exclusive) implements ClusterMapping {}

    /**
     * Stored compressed.
     *
     * @param entry of the L2 table
     * @param inCluster where in the cluster the run begins
     */
    record Compressed(long length, long entry, int inCluster) implements ClusterMapping {}
}
