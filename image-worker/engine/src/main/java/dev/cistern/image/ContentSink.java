package dev.cistern.image;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Where the content of an image goes that is filled from its beginning to its end, by several
 * threads at once. What is not told of reads afterwards as it did before; in a new image that is
 * zeroes, or what lies below.
 */
public interface ContentSink {
    /** Bytes that a guest sees, or will see. */
    long capacity();

    /**
     * Bytes of which content is stored together. What is told begins at a multiple of it and ends
     * at one or at the end of the source.
     */
    int unit();

    /** Whether zeroes that are not told of are zeroes all the same. */
    boolean blank();

    /** A lane for one thread. */
    Lane lane();

    /** Brings everything to the disk, once all lanes are closed. */
    void finish() throws IOException;

    /**
     * What one thread tells: some runs, then a commit, over and over. The threads share the work
     * such that the pieces between two commits follow each other.
     */
    interface Lane extends Closeable {
        /** A run of bytes, all of which are used up before the call ends. */
        void data(ByteBuffer bytes, long offset) throws IOException;

        /** A run of zeroes. */
        void zero(long offset, long length) throws IOException;

        /** Ends a piece. */
        void commit(Turn turn) throws IOException;

        @Override
        void close();
    }

    /** Lets those who ask go in the order of their pieces in the image. */
    @FunctionalInterface
    interface Turn {
        /**
         * Returns when all pieces before are committed.
         *
         * @throws IOException if they will never be
         */
        void await() throws IOException;
    }

    /**
     * Fills an open image, which stays open.
     *
     * @param blank whether it reads as zeroes where nothing is written
     */
    static ContentSink of(DiskImage image, boolean blank) {
        return new ImageSink(image, blank);
    }
}
