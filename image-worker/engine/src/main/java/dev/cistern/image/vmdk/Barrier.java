package dev.cistern.image.vmdk;

/**
 * The points at which an image waits until what it wrote is on the disk, each with the reason why
 * what comes next must not get there before.
 */
enum Barrier {
    /** A child must see that its parent's content is no longer the one that it was made over. */
    CONTENT_ID,

    /** A grain table is written that names grains: their content comes first. */
    DATA_BEFORE_TABLES,

    /** What the user has flushed stays; and only then are grains that no table names used again. */
    TABLES,

    /** A grain directory is named by the header. */
    DIRECTORY_BEFORE_HEADER,

    /** A longer extent is named by the descriptor; a capacity is to last. */
    EXTENTS_BEFORE_DESCRIPTOR,

    /** A descriptor of its own file is longer before its last bytes are written. */
    DESCRIPTOR_ROOM,

    /** The new descriptor is in its place before the copy goes. */
    DESCRIPTOR_TEXT,

    /** The new descriptor is to last, or can be recovered before the old one is overwritten. */
    DESCRIPTOR
}
