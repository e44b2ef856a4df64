package dev.cistern.worker.transfer;

import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;

/** Memory outside of the heap for one step each, used again and again. Thread-safe. */
final class Buffers {
    private static final int KEPT = 64;

    private final Queue<ByteBuffer> free = new ArrayBlockingQueue<>(KEPT);

    /** One that nobody else uses. */
    ByteBuffer take() {
        var buffer = free.poll();
        return buffer == null ? ByteBuffer.allocateDirect(Transfer.STEP) : buffer.clear();
    }

    /** Gives one back. */
    void give(ByteBuffer buffer) {
        var _ = free.offer(buffer);
    }
}
