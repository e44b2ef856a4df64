package dev.cistern.image.operations;

import dev.cistern.image.DiskImage;
import java.io.IOException;
import java.nio.ByteBuffer;

/** An image that is made of others for reading only: whatever would change it is refused. */
interface ReadOnlyImage extends DiskImage {
    /** What it is and that it can only be read, for who tries to change it. */
    String refusal();

    private IOException readOnly() {
        return new IOException(name() + ": " + refusal());
    }

    @Override
    default void write(ByteBuffer from, long offset) throws IOException {
        throw readOnly();
    }

    @Override
    default void zero(long offset, long length, Space space) throws IOException {
        throw readOnly();
    }

    @Override
    default void discard(long offset, long length) throws IOException {
        throw readOnly();
    }

    @Override
    default void flush() {}

    @Override
    default void resize(long newCapacity) throws IOException {
        throw readOnly();
    }
}
