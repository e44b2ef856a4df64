package dev.cistern.image.vmdk;

import dev.cistern.image.DiskImage;
import dev.cistern.image.DiskImage.Space;
import dev.cistern.image.ImageException;
import dev.cistern.image.storage.Zeroes;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * An extent without a file.
 *
 * @param image that it is a part of, for messages
 */
record ZeroExtent(long capacity, String image) implements Extent {
    @Override
    public int unit() {
        return DiskImage.PAGE;
    }

    @Override
    public Place find(long offset, long length) {
        return new Place.Zero(Math.min(length, capacity - offset));
    }

    @Override
    public void read(ByteBuffer into, long offset) {
        Zeroes.fill(into);
    }

    @Override
    public void write(ByteBuffer from, long offset) throws IOException {
        throw new ImageException.Unsupported(
                image + ": an extent of the type ZERO cannot be written to");
    }

    @Override
    public void zero(long offset, long length, Space space) {}

    @Override
    public void discard(long offset, long length) {}

    @Override
    public void flush() {}

    @Override
    public void grow(long longer) throws IOException {
        throw new ImageException.Unsupported(image + ": an extent of the type ZERO cannot grow");
    }

    @Override
    public void close() {}
}
