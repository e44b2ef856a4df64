package dev.cistern.image.qcow2;

import java.nio.ByteBuffer;

/** A buffer outside of the heap for each thread, which grows to what is asked of it. */
final class Scratch {
    private static final int FIRST_BYTES = 64 * 1024;

    private final ThreadLocal<ByteBuffer> buffers =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(FIRST_BYTES));

    /** The thread's buffer with so much room; what it held before is lost. */
    ByteBuffer of(int bytes) {
        var buffer = buffers.get();
        if (buffer.capacity() < bytes) {
            buffer = ByteBuffer.allocateDirect(bytes);
            buffers.set(buffer);
        }
        return buffer.clear().limit(bytes);
    }
}
