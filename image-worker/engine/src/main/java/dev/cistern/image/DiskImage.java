package dev.cistern.image;

import dev.cistern.image.storage.Zeroes;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * An open disk image: the bytes that a guest sees, by position, and where they live.
 *
 * <p>Offsets and lengths are in bytes and need no alignment; a range that leaves the capacity is
 * refused with {@link ImageException.OutOfRange}. Many threads may read and write at once; what
 * overlaps at the same time ends in either order, sector by sector. Nothing is durable before
 * {@link #flush}. After a flush that failed to sync, writes are refused until the image is opened
 * anew. Calls block their carrier thread, so platform threads should make them.
 */
public interface DiskImage extends Closeable {
    /** What file systems store or give up, bytes. */
    int PAGE = 4096;

    /** What becomes of the space behind a range that is made zero. */
    enum Space {
        /** It is kept where there is some. */
        KEEP,
        /** It is given back where the format can. */
        FREE
    }

    /** The format. */
    ImageFormat format();

    /** What it is called in messages. */
    String name();

    /** Bytes that a guest sees. */
    long capacity();

    /** Bytes of which the image stores or gives up all or none, a power of two. */
    default int unit() {
        return PAGE;
    }

    /**
     * Where the bytes at an offset live, and for how many bytes from there on that is so.
     *
     * @param length how far the caller wants to know; the answer is no longer
     */
    Mapping map(long offset, long length) throws IOException;

    /** Fills the buffer's room with what a guest reads. */
    void read(ByteBuffer into, long offset) throws IOException;

    /** Writes all that the buffer has. */
    void write(ByteBuffer from, long offset) throws IOException;

    /** Makes a range read as zeroes. */
    void zero(long offset, long length, Space space) throws IOException;

    /**
     * Tells that the content of a range is of no use any more. It reads as zeroes then, or as
     * before where the format cannot forget it.
     */
    void discard(long offset, long length) throws IOException;

    /** Brings everything that was written before the call to the disk. */
    void flush() throws IOException;

    /**
     * Changes the capacity, durably. What is added reads as zeroes; what is cut off is lost.
     *
     * @throws ImageException.OutOfRange if the format cannot hold so much
     * @throws ImageException.Unsupported if the image cannot be resized as it is
     */
    void resize(long capacity) throws IOException;

    /**
     * Flushes what can be flushed and lets go of the image's files and locks. An image that failed
     * to sync is closed as it is, and the failure is told.
     */
    @Override
    void close() throws IOException;

    /** Fills the buffer's room, with zeroes for what lies beyond the capacity. */
    default void readPadded(ByteBuffer into, long offset) throws IOException {
        var count = Math.clamp(capacity() - offset, 0, into.remaining());
        if (count > 0) {
            var limit = into.limit();
            read(into.limit(into.position() + count), offset);
            into.limit(limit);
        }
        Zeroes.fill(into);
    }

    /**
     * The mapping at an offset as an image above sees it, in which nothing is there beyond the
     * capacity.
     */
    default Mapping mapFromAbove(long offset, long length) throws IOException {
        return offset >= capacity()
                ? new Mapping.Unallocated(length, 0)
                : map(offset, Math.min(length, capacity() - offset)).below();
    }

    /** Refuses a range that leaves the image. */
    default void requireInside(long offset, long length) throws ImageException.OutOfRange {
        if (offset < 0 || length < 0 || offset > capacity() - length) {
            throw new ImageException.OutOfRange(
                    "%s: %d bytes at 0x%x are not within its capacity of %d bytes"
                            .formatted(name(), length, offset, capacity()));
        }
    }
}
