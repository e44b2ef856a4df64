package dev.cistern.image.operations;

/**
 * A run of an image's bytes that is worked on at once.
 *
 * @param length bytes; what is data is no longer than {@link #MOST_BYTES}
 */
record Piece(Kind kind, long offset, long length) {
    /** Small enough that what is read, looked at and written stays in a core's cache. */
    static final int MOST_BYTES = 512 * 1024;

    /** What is known of the bytes. */
    enum Kind {
        /** Anything. */
        DATA,
        /** Zeroes. */
        ZERO,
        /** The image has nothing of its own to say about them. */
        BELOW
    }

    long end() {
        return offset + length;
    }
}
