package dev.cistern.image.qcow2;

import dev.cistern.image.storage.Storage;
import dev.cistern.image.storage.Zeroes;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Writes one thing behind the other, many at a time. */
final class SequentialWriter {
    private static final int BUFFER_BYTES = 1 << 20;

    private final Storage storage;
    private final ByteBuffer buffer;
    private long at;

    /** A writer of so many bytes from an offset on. */
    SequentialWriter(Storage storage, long at, long bytes) {
        this.storage = storage;
        this.at = at;
        this.buffer = ByteBuffer.allocate((int) Math.min(BUFFER_BYTES, bytes));
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

    /** Puts zeroes up to an offset. */
    void zeroTo(long end) throws IOException {
        for (var left = end - at - buffer.position(); left > 0; ) {
            var zeroes = Zeroes.atMost(left);
            left -= zeroes.remaining();
            put(zeroes);
        }
    }

    /** Leaves bytes as they are. */
    void skip(long bytes) throws IOException {
        if (bytes > 0) {
            flush();
            at += bytes;
        }
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
