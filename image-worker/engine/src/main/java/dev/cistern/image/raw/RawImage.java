package dev.cistern.image.raw;

import dev.cistern.image.DiskImage;
import dev.cistern.image.ImageException;
import dev.cistern.image.ImageFormat;
import dev.cistern.image.Mapping;
import dev.cistern.image.storage.FileStorage;
import dev.cistern.image.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A raw image: guest offset and file offset are the same. A file that ends inside a sector counts
 * as if zeroes followed to its end, as with QEMU.
 */
public final class RawImage implements DiskImage {
    private static final int SECTOR = 512;

    private final Storage storage;
    private final boolean writable;
    private volatile long capacity;

    private RawImage(Storage storage, boolean writable, long capacity) {
        this.storage = storage;
        this.writable = writable;
        this.capacity = capacity;
    }

    /** An image of what the storage has, which is closed with it. */
    public static RawImage open(Storage storage, boolean writable) throws IOException {
        return new RawImage(
                storage, writable, Math.ceilDiv(storage.size(), SECTOR) * (long) SECTOR);
    }

    /**
     * The file that has what a guest reads, byte by byte; empty if it is storage of another kind.
     */
    public Optional<FileStorage> file() {
        return storage instanceof FileStorage file ? Optional.of(file) : Optional.empty();
    }

    @Override
    public ImageFormat format() {
        return ImageFormat.RAW;
    }

    @Override
    public String name() {
        return storage.name();
    }

    @Override
    public long capacity() {
        return capacity;
    }

    @Override
    public Mapping map(long offset, long length) throws IOException {
        requireInside(offset, length);
        var data = storage.nextData(offset);
        if (data <= offset && offset < storage.size()) {
            var hole = Math.max(storage.nextHole(offset), offset + 1);
            var end = hole >= storage.size() ? capacity : hole;
            return new Mapping.Data(Math.min(length, end - offset), 0, offset);
        }
        var end = data >= storage.size() ? capacity : data;
        return new Mapping.Zero(Math.min(length, end - offset), 0, false, offset);
    }

    @Override
    public void read(ByteBuffer into, long offset) throws IOException {
        requireInside(offset, into.remaining());
        storage.readPadded(into, offset);
    }

    @Override
    public void write(ByteBuffer from, long offset) throws IOException {
        requireWritable();
        requireInside(offset, from.remaining());
        storage.writeFully(from, offset);
    }

    @Override
    public void zero(long offset, long length, Space space) throws IOException {
        requireWritable();
        requireInside(offset, length);
        switch (space) {
            case KEEP -> storage.zero(offset, length);
            case FREE -> {
                if (!punched(offset, length)) {
                    storage.zero(offset, length);
                }
            }
        }
    }

    @Override
    public void discard(long offset, long length) throws IOException {
        requireWritable();
        requireInside(offset, length);
        var _ = punched(offset, length);
    }

    private boolean punched(long offset, long length) throws IOException {
        return length == 0 || storage.punchHole(offset, length);
    }

    @Override
    public void flush() throws IOException {
        if (writable) {
            storage.sync();
        }
    }

    @Override
    public void resize(long newCapacity) throws IOException {
        requireWritable();
        if (newCapacity < 0 || newCapacity % SECTOR != 0) {
            throw new ImageException.OutOfRange(
                    "%s: a capacity of %d bytes is not a number of %d-byte sectors"
                            .formatted(name(), newCapacity, SECTOR));
        }
        storage.truncate(newCapacity);
        storage.sync();
        capacity = newCapacity;
    }

    private void requireWritable() throws IOException {
        if (!writable) {
            throw new IOException(name() + " was opened for reading only");
        }
    }

    @Override
    public void close() throws IOException {
        try {
            flush();
        } finally {
            storage.close();
        }
    }
}
