package dev.cistern.image.vmdk;

import dev.cistern.image.storage.Zeroes;
import java.nio.ByteBuffer;

/** An extent without a file. */
record ZeroExtent(long capacity) implements Extent {
    @Override
    public Place find(long offset, long length) {
        return new Place.Zero(Math.min(length, capacity - offset));
    }

    @Override
    public void read(ByteBuffer into, long offset) {
        Zeroes.fill(into);
    }

    @Override
    public void close() {}
}
