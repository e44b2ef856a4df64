package dev.cistern.image.vmdk;

import dev.cistern.image.DiskImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * What an extent shows where it has nothing of its own.
 *
 * @param parent the image below; zeroes without
 * @param start of the extent in the disk, bytes
 */
record Below(Optional<DiskImage> parent, long start) {
    boolean isNothing() {
        return parent.isEmpty();
    }

    /** Fills the buffer's room with what is at an offset in the extent. */
    void read(ByteBuffer into, long offset) throws IOException {
        parent.orElseThrow().readPadded(into, start + offset);
    }

    /** Whether a range reads as zeroes for certain. */
    boolean isZero(long offset, long length) throws IOException {
        for (var at = offset; parent.isPresent() && at < offset + length; ) {
            var mapping = parent.get().mapFromAbove(start + at, offset + length - at);
            if (!mapping.readsZero()) {
                return false;
            }
            at += mapping.length();
        }
        return true;
    }
}
