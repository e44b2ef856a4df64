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
 * Makes an image larger: its last extent, which in a split image is at most 2 GiB, and by new
 * extents behind it. The descriptor says so when all of them are on the disk.
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

    private void growLast(List<Descriptor.Extent> lines, long more) throws IOException {
        var extent = extents.getLast();
        var capacity = extent.capacity() + more;
        if (split()) {
            capacity = Math.clamp(VmdkCreator.SPLIT_SECTORS * SECTOR, extent.capacity(), capacity);
        }
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
            var capacity = Math.min(left, VmdkCreator.SPLIT_SECTORS * SECTOR);
            if (lines.size() == Descriptor.MAX_EXTENTS) {
                throw new ImageException.OutOfRange(
                        "%s: cannot have more than %d extents"
                                .formatted(name, Descriptor.MAX_EXTENTS));
            }
            number++;
            var fileName = names.split(first.flat(), number);
            Storage file;
            try {
                file = made.create(fileName);
            } catch (FileAlreadyExistsException _) {
                continue;
            }
            extents.add(layOut(file, first, capacity));
            lines.add(new Descriptor.Extent("RW", capacity / SECTOR, first.type(), fileName, 0));
            left -= capacity;
        }
    }

    private Extent layOut(Storage file, Descriptor.Extent first, long capacity) throws IOException {
        if (first.flat()) {
            file.truncate(capacity);
            disk.await(Barrier.EXTENTS_BEFORE_DESCRIPTOR, file);
            return new FlatExtent(file, 0, capacity, disk);
        }
        VmdkCreator.writeSparse(file, capacity, zeroedGrains());
        disk.await(Barrier.EXTENTS_BEFORE_DESCRIPTOR, file);
        var start = extents.stream().mapToLong(Extent::capacity).sum();
        return SparseExtent.open(file, capacity, true, new Below(parent, start), disk);
    }

    private boolean zeroedGrains() {
        return extents.getFirst() instanceof SparseExtent sparse && sparse.zeroedGrains();
    }
}
