package dev.cistern.image.vmdk;

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
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A vmdk image: monolithic or in several extents, sparse or flat, over a parent perhaps; a
 * stream-optimized one for reading.
 *
 * <p>The first change to the content of an image that was opened for writing gives it a new content
 * id before anything else, durably, so that no child takes it for the one that it was made over.
 */
public final class VmdkImage implements DiskImage {
    /** With the descriptor; its lock keeps others off as long as it is open. */
    private final Storage file;

    private final boolean writable;
    private final Optional<DescriptorFile> descriptor;
    private final List<Extent> extents;
    private final Optional<DiskImage> parent;
    private final NewFiles made;
    private final WaitForDisk disk;

    /** Held, as the one of many, by all that a change of the capacity waits for. */
    private final ReadWriteLock resizing = new ReentrantReadWriteLock();

    private volatile boolean contentChanged;
    private volatile long capacity;

    VmdkImage(
            Storage file,
            boolean writable,
            Optional<DescriptorFile> descriptor,
            List<Extent> extents,
            Optional<DiskImage> parent,
            NewFiles made,
            WaitForDisk disk) {
        this.file = file;
        this.writable = writable;
        this.descriptor = descriptor;
        this.extents = new ArrayList<>(extents);
        this.parent = parent;
        this.made = made;
        this.disk = disk;
        this.capacity = extents.stream().mapToLong(Extent::capacity).sum();
    }

    /**
     * Opens an image, whose files are closed with it; the storage is closed if that fails.
     *
     * @throws ImageException.Corrupt if it makes no sense, or its parent was changed since
     * @throws ImageException.Unsupported if it has an extent of a kind that is not known, or one
     *     that cannot be written to
     */
    public static VmdkImage open(Storage file, boolean writable, VmdkFiles files)
            throws IOException {
        return open(file, writable, files, WaitForDisk.ALWAYS);
    }

    static VmdkImage open(Storage file, boolean writable, VmdkFiles files, WaitForDisk disk)
            throws IOException {
        var opening = new VmdkOpening(file, writable, files, disk);
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

    /** The id of the content, which a child keeps to know that it has not changed. */
    public long contentId() {
        return descriptor.map(known -> known.descriptor().cid()).orElse(Descriptor.NO_PARENT);
    }

    /**
     * Changes to the content leave its id as it is from now on. That is for who writes into an
     * image what the only one over it has, for which that makes no difference.
     */
    public void keepContentId() {
        contentChanged = true;
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

    @Override
    public int unit() {
        return extents.stream().mapToInt(Extent::unit).max().orElse(PAGE);
    }

    /** A part of an extent. */
    private record Part(Extent extent, long offset, long length) {}

    /** What there is of a range in the extent in which it begins. */
    private Part part(long offset, long length) {
        var start = 0L;
        for (var i = 0; i < extents.size(); i++) {
            var extent = extents.get(i);
            var capacity = extent.capacity();
            if (offset < start + capacity) {
                return new Part(
                        extent, offset - start, Math.min(length, start + capacity - offset));
            }
            start += capacity;
        }
        throw new IllegalArgumentException("%d is behind all extents".formatted(offset));
    }

    @Override
    public Mapping map(long offset, long length) throws IOException {
        requireInside(offset, length);
        if (length == 0) {
            return new Mapping.Unallocated(0, 0);
        }
        resizing.readLock().lock();
        try {
            var part = part(offset, length);
            return switch (part.extent.find(part.offset, part.length)) {
                case Extent.Place.Stored(var bytes, var at) -> new Mapping.Data(bytes, 0, at);
                case Extent.Place.Packed(var bytes) -> new Mapping.Compressed(bytes, 0);
                case Extent.Place.Zero(var bytes) -> new Mapping.Zero(bytes, 0, false, -1);
                case Extent.Place.Nothing(var bytes) -> mapBelow(offset, bytes);
            };
        } finally {
            resizing.readLock().unlock();
        }
    }

    private Mapping mapBelow(long offset, long length) throws IOException {
        return parent.isPresent()
                ? parent.get().mapFromAbove(offset, length)
                : new Mapping.Unallocated(length, 0);
    }

    @Override
    public void read(ByteBuffer into, long offset) throws IOException {
        requireInside(offset, into.remaining());
        resizing.readLock().lock();
        try {
            var limit = into.limit();
            for (var at = offset; into.position() < limit; ) {
                var part = part(at, limit - into.position());
                var place = part.extent.find(part.offset, part.length);
                into.limit(into.position() + (int) place.length());
                if (place instanceof Extent.Place.Nothing) {
                    readBelow(into, at);
                } else {
                    part.extent.read(into, part.offset);
                }
                into.limit(limit);
                at += place.length();
            }
        } finally {
            resizing.readLock().unlock();
        }
    }

    private void readBelow(ByteBuffer into, long offset) throws IOException {
        if (parent.isPresent()) {
            parent.get().readPadded(into, offset);
        } else {
            Zeroes.fill(into);
        }
    }

    /** Changes a part of an extent. */
    @FunctionalInterface
    private interface Change {
        void make(Extent extent, long offset, long length) throws IOException;
    }

    private void change(long offset, long length, Change change) throws IOException {
        requireWritable();
        requireInside(offset, length);
        if (length == 0) {
            return;
        }
        resizing.readLock().lock();
        try {
            renewContentId();
            for (var at = offset; at < offset + length; ) {
                var part = part(at, offset + length - at);
                change.make(part.extent, part.offset, part.length);
                at += part.length;
            }
        } finally {
            resizing.readLock().unlock();
        }
    }

    private void renewContentId() throws IOException {
        if (!contentChanged) {
            synchronized (this) {
                if (!contentChanged) {
                    descriptor.orElseThrow().renewContentId();
                    contentChanged = true;
                }
            }
        }
    }

    @Override
    public void write(ByteBuffer from, long offset) throws IOException {
        var limit = from.limit();
        change(
                offset,
                from.remaining(),
                (extent, at, length) -> {
                    from.limit(from.position() + (int) length);
                    extent.write(from, at);
                    from.limit(limit);
                });
    }

    @Override
    public void zero(long offset, long length, Space space) throws IOException {
        change(offset, length, (extent, at, count) -> extent.zero(at, count, space));
    }

    @Override
    public void discard(long offset, long length) throws IOException {
        change(offset, length, Extent::discard);
    }

    @Override
    public void flush() throws IOException {
        if (!writable) {
            return;
        }
        resizing.readLock().lock();
        try {
            for (var extent : extents) {
                extent.flush();
            }
        } finally {
            resizing.readLock().unlock();
        }
    }

    /**
     * Makes the image larger; it cannot become smaller.
     *
     * @throws ImageException.Unsupported if it would be smaller, or what lies below is larger than
     *     the image and would come to sight
     */
    @Override
    public void resize(long newCapacity) throws IOException {
        requireWritable();
        resizing.writeLock().lock();
        try {
            for (var extent : extents) {
                extent.flush();
            }
            new VmdkGrowth(name(), descriptor.orElseThrow(), extents, parent, made, disk)
                    .to(newCapacity);
            capacity = newCapacity;
        } finally {
            resizing.writeLock().unlock();
        }
    }

    private void requireWritable() throws IOException {
        if (!writable) {
            throw new IOException(name() + " was opened for reading only");
        }
    }

    @Override
    public void close() throws IOException {
        var all = new ArrayList<Closeable>();
        all.add(this::flush);
        all.addAll(extents);
        parent.ifPresent(all::add);
        all.add(file);
        Closing.all(all);
    }
}
