package dev.cistern.image.qcow2;

/**
 * The points at which the image waits until what it wrote is on the disk, each with the reason why
 * what comes next must not get there before.
 */
enum Barrier {
    /**
     * A refcount block is named by the refcount table; a block of old bytes would count wrongly.
     */
    BLOCKS_BEFORE_REFCOUNT_TABLE,

    /**
     * Guest data in a file of their own: before a table entry says that they are there, and before
     * the user is told that they will stay.
     */
    DATA_FILE,

    /** A table entry is written that names clusters: their refcounts and content come first. */
    DATA_BEFORE_TABLES,

    /** What the user has flushed stays; and only then are unlinked clusters counted down. */
    TABLES,

    /** A new refcount table or L1 table is named by the header. */
    TABLE_BEFORE_HEADER,

    /** What the header named before is given up. */
    HEADER_BEFORE_FREEING,

    /** Clusters lost a reference: only then may those left with one be written in place. */
    REFCOUNTS_BEFORE_COPIED,

    /** Bitmaps are marked in use before anything changes that they should record. */
    BITMAP_FLAGS,

    /** The header's first sector names what is in the others. */
    HEADER_PARTS,

    /** A length, a feature bit or the like is to last. */
    HEADER
}
