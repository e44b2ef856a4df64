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
        var at = offset;
        while (into.hasRemaining()) {
            var count = read(into, at);
            if (count == 0) {
                throw new EOFException(
                        "%s: ends at 0x%x, where %d more bytes were expected"
                                .formatted(name(), at, into.remaining()));
            }
            at += count;
        }
    }
}
