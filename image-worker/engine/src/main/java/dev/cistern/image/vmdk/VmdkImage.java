package dev.cistern.image.vmdk;

import dev.cistern.image.BackingOpener;
import dev.cistern.image.DataFileOpener;
import dev.cistern.image.DiskImage;
import dev.cistern.image.ImageException;
import dev.cistern.image.ImageFormat;
import dev.cistern.image.Mapping;
import dev.cistern.image.storage.Storage;
import dev.cistern.image.storage.Zeroes;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A vmdk image, for reading: monolithic or in several extents, sparse, flat or stream-optimized,
 * over a parent perhaps.
 */
public final class VmdkImage implements DiskImage {
    /** With the descriptor; its lock keeps writers off as long as it is open. */
    private final Storage file;

    private final Descriptor descriptor;
    private final List<Extent> extents;
    private final Optional<DiskImage> parent;
    private final long capacity;

    private VmdkImage(
            Storage file, Descriptor descriptor, List<Extent> extents, Optional<DiskImage> parent) {
        this.file = file;
        this.descriptor = descriptor;
        this.extents = List.copyOf(extents);
        this.parent = parent;
        this.capacity = extents.stream().mapToLong(Extent::capacity).sum();
    }

    /**
     * Opens an image, whose files are closed with it; the storage is closed if that fails.
     *
     * @throws ImageException.Corrupt if it makes no sense, or its parent was changed since
     * @throws ImageException.Unsupported if it has an extent of a kind that is not known
     */
    public static VmdkImage open(Storage file, BackingOpener below, DataFileOpener others)
            throws IOException {
        var opening = new VmdkOpening(file, below, others);
        var done = false;
        try {
            var image = opening.open();
            done = true;
            return image;
        } finally {
            if (!done) {
                opening.close();
            }
        }
    }

    /** An image of what was opened. */
    static VmdkImage of(
            Storage file, Descriptor descriptor, List<Extent> extents, Optional<DiskImage> parent) {
        return new VmdkImage(file, descriptor, extents, parent);
    }

    /** The id of the content, which a child keeps to know that it has not changed. */
    long cid() {
        return descriptor.cid();
    }

    @Override
    public ImageFormat format() {
        return ImageFormat.VMDK;
    }

    @Override
    public String name() {
        return file.name();
    }

    @Override
    public long capacity() {
        return capacity;
    }

    /** A part of an extent. */
    private record Part(Extent extent, long offset) {}

    private Part part(long offset) {
        var start = 0L;
        for (var extent : extents) {
            if (offset < start + extent.capacity()) {
                return new Part(extent, offset - start);
            }
            start += extent.capacity();
        }
        throw new IllegalArgumentException("%d is behind all extents".formatted(offset));
    }

    @Override
    public Mapping map(long offset, long length) throws IOException {
        requireInside(offset, length);
        var part = part(offset);
        return switch (part.extent.find(part.offset, length)) {
            case Extent.Place.Stored(var bytes, var at) -> new Mapping.Data(bytes, 0, at);
            case Extent.Place.Packed(var bytes) -> new Mapping.Compressed(bytes, 0);
            case Extent.Place.Zero(var bytes) -> new Mapping.Zero(bytes, 0, false, -1);
            case Extent.Place.Nothing(var bytes) -> mapBelow(offset, bytes);
        };
    }

    private Mapping mapBelow(long offset, long length) throws IOException {
        return parent.isPresent()
                ? parent.get().mapFromAbove(offset, length)
                : new Mapping.Unallocated(length, 0);
    }

    @Override
    public void read(ByteBuffer into, long offset) throws IOException {
        requireInside(offset, into.remaining());
        var limit = into.limit();
        for (var at = offset; into.position() < limit; ) {
            var part = part(at);
            var place = part.extent.find(part.offset, limit - into.position());
            into.limit(into.position() + (int) place.length());
            if (place instanceof Extent.Place.Nothing) {
                readBelow(into, at);
            } else {
                part.extent.read(into, part.offset);
            }
            into.limit(limit);
            at += place.length();
        }
    }

    private void readBelow(ByteBuffer into, long offset) throws IOException {
        if (parent.isPresent()) {
            parent.get().readPadded(into, offset);
        } else {
            Zeroes.fill(into);
        }
    }

    private ImageException.Unsupported readOnly() {
        return new ImageException.Unsupported(name() + ": vmdk images can be read, not written to");
    }

    @Override
    public void write(ByteBuffer from, long offset) throws IOException {
        throw readOnly();
    }

    @Override
    public void zero(long offset, long length, Space space) throws IOException {
        throw readOnly();
    }

    @Override
    public void discard(long offset, long length) throws IOException {
        throw readOnly();
    }

    @Override
    public void flush() {}

    @Override
    public void resize(long newCapacity) throws IOException {
        throw readOnly();
    }

    @Override
    public void close() throws IOException {
        var all = new ArrayList<Closeable>(extents);
        parent.ifPresent(all::add);
        all.add(file);
        Closing.all(all);
    }
}
