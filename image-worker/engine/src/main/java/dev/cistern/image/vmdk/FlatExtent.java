package dev.cistern.image.vmdk;

import dev.cistern.image.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * An extent that is a part of a file as it is.
 *
 * @param start of it in the file
 */
record FlatExtent(Storage file, long start, long capacity) implements Extent {
    /** A hole of the file is said to be zero. */
    @Override
    public Place find(long offset, long length) throws IOException {
        var at = start + offset;
        var end = Math.min(start + capacity, at + length);
        var data = file.nextData(at);
        if (data > at) {
            return new Place.Zero(Math.min(end, data) - at);
        }
        var hole = Math.max(file.nextHole(at), at + 1);
        return new Place.Stored(Math.min(end, hole) - at, at);
    }

    @Override
    public void read(ByteBuffer into, long offset) throws IOException {
        file.readPadded(into, start + offset);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
