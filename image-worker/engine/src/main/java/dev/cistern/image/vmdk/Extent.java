package dev.cistern.image.vmdk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A run of the disk's bytes, in a file of its own perhaps; offsets count from where it begins. */
sealed interface Extent extends Closeable permits ZeroExtent, FlatExtent, SparseExtent {
    /** Bytes that a guest sees. */
    long capacity();

    /** Where the bytes at an offset are, and for how many from there on, up to a length. */
    Place find(long offset, long length) throws IOException;

    /** Fills the buffer's room from a place that was found; not for {@link Place.Nothing}. */
    void read(ByteBuffer into, long offset) throws IOException;

    /** Where bytes are. */
    sealed interface Place {
        long length();

        /** Not here: the parent has them, or they are zero. */
        record Nothing(long length) implements Place {}

        /** They are zero. */
        record Zero(long length) implements Place {}

        /** As they are, in the file. */
        record Stored(long length, long at) implements Place {}

        /** Compressed. */
        record Packed(long length) implements Place {}
    }
}
