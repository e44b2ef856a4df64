package dev.cistern.image.vmdk;

import dev.cistern.image.DiskImage.Space;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A run of the disk's bytes, in a file of its own perhaps; offsets count from where it begins. */
sealed interface Extent extends Closeable permits ZeroExtent, FlatExtent, SparseExtent {
    /** Bytes that a guest sees. */
    long capacity();

    /** Bytes of which it stores all or none. */
    int unit();

    /** Where the bytes at an offset are, and for how many from there on, up to a length. */
    Place find(long offset, long length) throws IOException;

    /** Fills the buffer's room from a place that was found; not for {@link Place.Nothing}. */
    void read(ByteBuffer into, long offset) throws IOException;

    /** Writes all that the buffer has. */
    void write(ByteBuffer from, long offset) throws IOException;

    /** Makes a range read as zeroes. */
    void zero(long offset, long length, Space space) throws IOException;

    /** Forgets what can be forgotten of a range. */
    void discard(long offset, long length) throws IOException;

    /** Brings all that was done before to the disk. */
    void flush() throws IOException;

    /**
     * Makes the extent longer, durably; what is added reads as what is below, or as zeroes. Nothing
     * else goes on meanwhile.
     */
    void grow(long capacity) throws IOException;

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
