package dev.cistern.image.vmdk;

import dev.cistern.image.DiskImage;
import dev.cistern.image.DiskImage.Space;
import dev.cistern.image.ImageException;
import dev.cistern.image.storage.Storage;
import dev.cistern.image.storage.UnsyncedStorage;
import java.io.IOException;
import java.nio.ByteBuffer;

/** An extent that is a part of a file as it is. */
final class FlatExtent implements Extent {
    private final UnsyncedStorage file;
    private final long start;
    private final WaitForDisk disk;
    private volatile long capacity;

    /**
     * An extent.
     *
     * @param start of it in the file
     */
    FlatExtent(Storage file, long start, long capacity, WaitForDisk disk) {
        this.file = new UnsyncedStorage(file);
        this.start = start;
        this.capacity = capacity;
        this.disk = disk;
    }

    @Override
    public long capacity() {
        return capacity;
    }

    @Override
    public int unit() {
        return DiskImage.PAGE;
    }

    /** A hole of the file is said to be zero. */
    @Override
    public Place find(long offset, long length) throws IOException {
        var at = start + offset;
        var end = Math.min(start + capacity, at + length);
        var data = file.nextData(at);
        if (data > at) {
            return new Place.Zero(Math.min(end, data) - at);
        }
        if (at >= file.size()) {
            return new Place.Zero(end - at);
        }
        var hole = Math.max(file.nextHole(at), at + 1);
        return new Place.Stored(Math.min(end, hole) - at, at);
    }

    @Override
    public void read(ByteBuffer into, long offset) throws IOException {
        file.readPadded(into, start + offset);
    }

    @Override
    public void write(ByteBuffer from, long offset) throws IOException {
        file.writeFully(from, start + offset);
    }

    @Override
    public void zero(long offset, long length, Space space) throws IOException {
        switch (space) {
            case KEEP -> file.zero(start + offset, length);
            case FREE -> {
                if (!punched(offset, length)) {
                    file.zero(start + offset, length);
                }
            }
        }
    }

    @Override
    public void discard(long offset, long length) throws IOException {
        var _ = punched(offset, length);
    }

    private boolean punched(long offset, long length) throws IOException {
        if (length == 0) {
            return true;
        }
        var punched = file.punchHole(start + offset, length);
        if (punched) {
            file.changed();
        }
        return punched;
    }

    @Override
    public void flush() throws IOException {
        file.sync();
    }

    /** The file may be longer already, by what an attempt left that was cut off. */
    @Override
    public void grow(long longer) throws IOException {
        if (longer > Long.MAX_VALUE - start) {
            throw new ImageException.OutOfRange(
                    "%s: cannot have %d bytes from 0x%x on".formatted(file.name(), longer, start));
        }
        file.truncate(start + capacity);
        file.truncate(start + longer);
        disk.await(Barrier.EXTENTS_BEFORE_DESCRIPTOR, file);
        capacity = longer;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
