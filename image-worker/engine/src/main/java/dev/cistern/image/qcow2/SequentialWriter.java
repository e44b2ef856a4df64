package dev.cistern.image.qcow2;

import dev.cistern.image.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Writes one thing behind the other, many at a time. */
final class SequentialWriter {
    private static final int BUFFER_BYTES = 1 << 20;

    private final Storage storage;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    private long at;

    /** A writer from the beginning of a storage on. */
    SequentialWriter(Storage storage) {
        this.storage = storage;
    }

    void put(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (!buffer.hasRemaining()) {
                flush();
            }
            var part = Math.min(bytes.remaining(), buffer.remaining());
            buffer.put(bytes.slice(bytes.position(), part));
            bytes.position(bytes.position() + part);
        }
    }

    /** Leaves bytes as they are. */
    void skip(long bytes) throws IOException {
        flush();
        at += bytes;
    }

    void flush() throws IOException {
        buffer.flip();
        var count = buffer.remaining();
        if (count > 0) {
            storage.writeFully(buffer, at);
        }
        buffer.clear();
        at += count;
    }
}
