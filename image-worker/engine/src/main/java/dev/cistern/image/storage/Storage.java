package dev.cistern.image.storage;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Bytes by position, which an image is laid out on. Thread-safe; offsets and lengths are in bytes.
 */
public interface Storage extends Closeable {

    /**
     * Reads what there is, up to the buffer's room.
     *
     * @return bytes read; 0 at or beyond the end
     */
    int read(ByteBuffer into, long offset) throws IOException;

    /** Writes all that the buffer has; the storage grows if need be. */
    void writeFully(ByteBuffer from, long offset) throws IOException;

    /** Its length. */
    long size() throws IOException;

    /** Makes it longer, reading as zeroes there, or shorter. */
    void truncate(long size) throws IOException;

    /**
     * Makes a range read as zeroes and keeps or takes space for it; the storage grows if need be.
     */
    void zero(long offset, long length) throws IOException;

    /**
     * Gives the space of a range back and makes it read as zeroes; the length stays.
     *
     * @return false if the file system cannot, and nothing was changed
     */
    boolean punchHole(long offset, long length) throws IOException;

    /**
     * Takes space for a range without changing what it reads as; the storage grows if need be.
     * Where the file system cannot, zeroes are written to what lies beyond the end, and nothing is
     * done for the rest.
     */
    void allocate(long offset, long length) throws IOException;

    /**
     * Where the first bytes at or after an offset are that may be other than zero; the length of
     * the storage if there are none. Where holes cannot be told, that is the offset itself.
     */
    long nextData(long offset) throws IOException;

    /**
     * Where the first hole at or after an offset begins; there is one at the end of the storage.
     */
    long nextHole(long offset) throws IOException;

    /**
     * Brings what was written to the disk, with as much of its metadata as is needed to read it.
     * After a failure the storage refuses every further write and sync, since the kernel has
     * forgotten what it could not write.
     */
    void sync() throws IOException;

    /** What it is called in messages. */
    String name();

    /**
     * Fills the buffer's room.
     *
     * @throws EOFException if the storage ends before
     */
    default void readFully(ByteBuffer into, long offset) throws IOException {
        if (readUpTo(into, offset) > 0) {
            throw new EOFException(
                    "%s: ends at 0x%x, where %d more bytes were expected"
                            .formatted(name(), size(), into.remaining()));
        }
    }

    /** Fills the buffer's room, with zeroes from the end of the storage on. */
    default void readPadded(ByteBuffer into, long offset) throws IOException {
        if (readUpTo(into, offset) > 0) {
            Zeroes.fill(into);
        }
    }

    /**
     * Reads until the buffer is full or the storage ends.
     *
     * @return how much room is left
     */
    default int readUpTo(ByteBuffer into, long offset) throws IOException {
        var at = offset;
        while (into.hasRemaining()) {
            var count = read(into, at);
            if (count == 0) {
                break;
            }
            at += count;
        }
        return into.remaining();
    }
}
