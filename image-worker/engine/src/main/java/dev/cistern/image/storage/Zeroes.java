package dev.cistern.image.storage;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** Bytes that are zero: filling memory and storage with them, and telling them. */
public final class Zeroes {
    private static final int CHUNK = 256 * 1024;

    /** Never written to. */
    private static final ByteBuffer SOURCE = ByteBuffer.allocateDirect(CHUNK).asReadOnlyBuffer();

    private Zeroes() {}

    /** Fills the buffer's room. */
    public static void fill(ByteBuffer into) {
        MemorySegment.ofBuffer(into).fill((byte) 0);
        into.position(into.limit());
    }

    /** Fills the next {@code length} bytes of a buffer. */
    public static void fill(ByteBuffer into, int length) {
        fill(into.slice(into.position(), length));
        into.position(into.position() + length);
    }

    /** A read-only buffer of zeroes, of at most {@code length} bytes. */
    public static ByteBuffer atMost(long length) {
        return SOURCE.duplicate().limit((int) Math.min(CHUNK, length));
    }

    /** Whether all that a buffer has is zero. */
    public static boolean only(ByteBuffer bytes) {
        for (var at = 0; at < bytes.remaining(); at += CHUNK) {
            var part = bytes.slice(bytes.position() + at, Math.min(CHUNK, bytes.remaining() - at));
            if (part.mismatch(SOURCE.duplicate().limit(part.limit())) >= 0) {
                return false;
            }
        }
        return true;
    }

    /** Writes zeroes, whatever that costs. */
    public static void write(Storage storage, long offset, long length) throws IOException {
        for (var done = 0L; done < length; done += CHUNK) {
            storage.writeFully(atMost(length - done), offset + done);
        }
    }
}
