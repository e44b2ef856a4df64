package dev.cistern.image;

import dev.cistern.image.DiskImage.Space;
import dev.cistern.image.storage.Zeroes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Copies into an image what it has from those below it and would read otherwise without the one
 * right below, durably.
 */
final class CopyUp {
    private static final int STEP_BYTES = 1 << 20;
    private static final int UNIT_BYTES = 64 << 10;

    private final DiskImage top;
    private final Optional<DiskImage> rest;
    private final ByteBuffer now = ByteBuffer.allocateDirect(STEP_BYTES);
    private final ByteBuffer then = ByteBuffer.allocateDirect(STEP_BYTES);

    /**
     * A copy.
     *
     * @param rest what is below the one right below; empty for nothing
     */
    CopyUp(DiskImage top, Optional<DiskImage> rest) {
        this.top = top;
        this.rest = rest;
    }

    void run(Progress progress) throws IOException {
        var total = top.capacity();
        for (var at = 0L; at < total; ) {
            var mapping = top.map(at, total - at);
            if (isAlike(mapping)) {
                at += mapping.length();
            } else {
                var length = (int) Math.min(STEP_BYTES, mapping.length());
                step(at, length, mapping.readsZero());
                at += length;
            }
            progress.at(at, total);
        }
        top.flush();
    }

    /** It is the image's own, or comes from below the one right below, or from nowhere. */
    private boolean isAlike(Mapping mapping) {
        return mapping.depth() != 1 || (mapping.readsZero() && rest.isEmpty());
    }

    private void step(long at, int length, boolean zero) throws IOException {
        read(Optional.of(top), now, at, length);
        read(rest, then, at, length);
        for (var from = 0; from < length; from += UNIT_BYTES) {
            var size = Math.min(UNIT_BYTES, length - from);
            if (now.slice(from, size).mismatch(then.slice(from, size)) < 0) {
                continue;
            }
            if (zero) {
                top.zero(at + from, size, Space.FREE);
            } else {
                top.write(now.slice(from, size), at + from);
            }
        }
    }

    private static void read(Optional<DiskImage> image, ByteBuffer into, long at, int length)
            throws IOException {
        into.clear().limit(length);
        var known = image.map(each -> Math.clamp(each.capacity() - at, 0, length)).orElse(0);
        if (known > 0) {
            image.orElseThrow().read(into.slice(0, known), at);
        }
        Zeroes.fill(into.slice(known, length - known));
    }
}
