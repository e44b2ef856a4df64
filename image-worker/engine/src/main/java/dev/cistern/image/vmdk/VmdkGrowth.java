package dev.cistern.image.vmdk;

import dev.cistern.image.DiskImage;
import dev.cistern.image.ImageException;
import dev.cistern.image.storage.Storage;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes an image larger: its last extent, which in a split image becomes no larger than the first,
 * and by new extents behind it. The descriptor says so when all of them are on the disk.
 */
final class VmdkGrowth {
    private static final int SECTOR = SparseHeader.SECTOR;

    private final String name;
    private final DescriptorFile descriptor;
    private final List<Extent> extents;
    private final Optional<DiskImage> parent;
    private final NewFiles made;
    private final WaitForDisk disk;

    VmdkGrowth(
            String name,
            DescriptorFile descriptor,
            List<Extent> extents,
            Optional<DiskImage> parent,
            NewFiles made,
            WaitForDisk disk) {
        this.name = name;
        this.descriptor = descriptor;
        this.extents = extents;
        this.parent = parent;
        this.made = made;
        this.disk = disk;
    }

    void to(long capacity) throws IOException {
        var now = extents.stream().mapToLong(Extent::capacity).sum();
        requirePossible(now, capacity);
        if (capacity == now) {
            return;
        }
        var lines = new ArrayList<>(descriptor.descriptor().extents());
        if (lines.size() != extents.size()) {
            throw new ImageException.Unsupported(
                    "%s: its descriptor names %d extents, where there are %d"
                            .formatted(name, lines.size(), extents.size()));
        }
        requireFew(lines, capacity);
        growLast(lines, capacity - now);
        addMore(lines, capacity - extents.stream().mapToLong(Extent::capacity).sum());
        descriptor.replace(descriptor.descriptor().withExtents(lines).withGeometryOf(capacity));
    }

    private void requirePossible(long now, long capacity) throws ImageException {
        if (capacity < 0 || capacity % SECTOR != 0) {
            throw new ImageException.OutOfRange(
                    "%s: a capacity of %d bytes is not a number of %d-byte sectors"
                            .formatted(name, capacity, SECTOR));
        }
        if (capacity < now) {
            throw new ImageException.Unsupported(
                    "%s: a vmdk image can grow, but not shrink from %d bytes to %d"
                            .formatted(name, now, capacity));
        }
        if (parent.isPresent() && parent.get().capacity() > now) {
            throw new ImageException.Unsupported(
                    "%s: is smaller than %s below it, which would come to sight if it grew"
                            .formatted(name, parent.get().name()));
        }
        if (extents.isEmpty()) {
            throw new ImageException.Unsupported(name + ": has no extent that could grow");
        }
    }

    private boolean split() {
        return descriptor.descriptor().createType().startsWith("twoGbMaxExtent");
    }

    /** Largest extent, bytes. */
    private long most() {
        if (!split()) {
            return Long.MAX_VALUE;
        }
        return extents.size() > 1 && extents.getFirst().capacity() > 0
                ? extents.getFirst().capacity()
                : VmdkCreator.SPLIT_SECTORS * SECTOR;
    }

    /** Before anything is made. */
    private void requireFew(List<Descriptor.Extent> lines, long capacity) throws ImageException {
        var room = Math.max(0, most() - extents.getLast().capacity());
        var now = extents.stream().mapToLong(Extent::capacity).sum();
        var more = Math.ceilDiv(Math.max(0, capacity - now - room), most());
        if (more > Descriptor.MAX_EXTENTS - lines.size()) {
            throw new ImageException.OutOfRange(
                    "%s: cannot have more than %d extents, of %d bytes each"
                            .formatted(name, Descriptor.MAX_EXTENTS, most()));
        }
        if (more > 0 && extents.getFirst() instanceof ZeroExtent) {
            throw new ImageException.Unsupported(
                    name + ": begins with an extent of the type ZERO, and so cannot get more");
        }
    }

    private void growLast(List<Descriptor.Extent> lines, long more) throws IOException {
        var file = lines.getLast().file();
        if (lines.stream().filter(line -> line.file().equals(file)).count() > 1) {
            throw new ImageException.Unsupported(
                    "%s: has several extents in %s, the last of which cannot grow"
                            .formatted(name, file));
        }
        var extent = extents.getLast();
        var capacity = Math.min(extent.capacity() + more, Math.max(extent.capacity(), most()));
        if (capacity > extent.capacity()) {
            extent.grow(capacity);
            lines.add(lines.removeLast().withSectors(capacity / SECTOR));
        }
    }

    private void addMore(List<Descriptor.Extent> lines, long more) throws IOException {
        var first = lines.getFirst();
        var names = ExtentNames.of(name.substring(name.lastIndexOf('/') + 1));
        var number = lines.size();
        for (var left = more; left > 0; ) {
            var capacity = Math.min(left, most());
            number++;
            var fileName = names.split(first.flat(), number);
            Storage file;
            try {
                file = made.create(fileName);
            } catch (FileAlreadyExistsException _) {
                continue;
            }
            extents.add(layOut(file, capacity));
            lines.add(new Descriptor.Extent("RW", capacity / SECTOR, first.type(), fileName, 0));
            left -= capacity;
        }
    }

    private Extent layOut(Storage file, long capacity) throws IOException {
        if (!(extents.getFirst() instanceof SparseExtent sparse)) {
            file.truncate(capacity);
            disk.await(Barrier.EXTENTS_BEFORE_DESCRIPTOR, file);
            return new FlatExtent(file, 0, capacity, disk);
        }
        VmdkCreator.write(file, sparse.header().ofNewOfItsKind(capacity, file.name()));
        disk.await(Barrier.EXTENTS_BEFORE_DESCRIPTOR, file);
        var start = extents.stream().mapToLong(Extent::capacity).sum();
        return SparseExtent.open(file, capacity, true, new Below(parent, start), disk);
    }
}
