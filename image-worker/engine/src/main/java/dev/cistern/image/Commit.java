package dev.cistern.image;

import dev.cistern.image.DiskImage.Space;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Writes what lies above an image into it, durably. */
final class Commit {
    private static final int STEP_BYTES = 1 << 20;

    private final DiskImage top;
    private final DiskImage target;
    private final int depth;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(STEP_BYTES);

    /**
     * A commit.
     *
     * @param target the image at {@code depth} of the chain of {@code top}
     */
    Commit(DiskImage top, DiskImage target, int depth) {
        this.top = top;
        this.target = target;
        this.depth = depth;
    }

    void run(Progress progress) throws IOException {
        var total = top.capacity();
        if (target.capacity() < total) {
            target.resize(total);
        }
        for (var at = 0L; at < total; ) {
            var mapping = top.map(at, total - at);
            if (mapping.depth() >= depth) {
                at += mapping.length();
            } else if (mapping.readsZero()) {
                target.zero(at, mapping.length(), Space.FREE);
                at += mapping.length();
            } else {
                at += copy(at, (int) Math.min(STEP_BYTES, mapping.length()), progress);
            }
            progress.at(at, total);
        }
        target.flush();
    }

    private int copy(long at, int length, Progress progress) throws IOException {
        top.read(buffer.clear().limit(length), at);
        target.write(buffer.flip(), at);
        progress.copied(length);
        return length;
    }
}
