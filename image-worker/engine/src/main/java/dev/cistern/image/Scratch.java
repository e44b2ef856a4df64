package dev.cistern.image;

import java.nio.ByteBuffer;

/** A buffer outside of the heap for each thread, which grows to what is asked of it. */
public final class Scratch {
    private static final int FIRST_BYTES = 64 * 1024;

    private final ThreadLocal<ByteBuffer> buffers =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(FIRST_BYTES));

    /** Buffers that no thread has yet. */
    public Scratch() {}

    /** The thread's buffer with so much room; what it held before is lost. */
    public ByteBuffer of(int bytes) {
        var buffer = buffers.get();
        if (buffer.capacity() < bytes) {
            buffer = ByteBuffer.allocateDirect(bytes);
            buffers.set(buffer);
        }
        return buffer.clear().limit(bytes);
    }
}
