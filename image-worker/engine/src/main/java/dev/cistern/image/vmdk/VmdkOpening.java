package dev.cistern.image.vmdk;

import dev.cistern.image.DiskImage;
import dev.cistern.image.ImageException;
import dev.cistern.image.ImageFormat;
import dev.cistern.image.storage.Storage;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Opens the files that a vmdk image consists of, and its parent. */
final class VmdkOpening implements Closeable {
    private static final int SECTOR = SparseHeader.SECTOR;

    private final Storage file;
    private final boolean writable;
    private final VmdkFiles files;
    private final WaitForDisk disk;
    private final List<Extent> extents = new ArrayList<>();
    private Optional<DiskImage> parent = Optional.empty();

    VmdkOpening(Storage file, boolean writable, VmdkFiles files, WaitForDisk disk) {
        this.file = file;
        this.writable = writable;
        this.files = files;
        this.disk = disk;
    }

    VmdkImage open() throws IOException {
        var descriptorFile = DescriptorFile.open(file, disk);
        if (writable) {
            requireWritable(descriptorFile);
        }
        var descriptor = descriptorFile.map(DescriptorFile::descriptor);
        if (descriptor.isPresent()) {
            var _ = descriptor.get().capacity(file.name());
            parent = openParent(descriptor.get());
        }
        openExtents(descriptor);
        return new VmdkImage(file, writable, descriptorFile, extents, parent, files.made(), disk);
    }

    private void requireWritable(Optional<DescriptorFile> descriptor) throws IOException {
        if (descriptor.isEmpty()) {
            throw new ImageException.Unsupported(
                    file.name()
                            + ": is an extent without a descriptor; only the image that it belongs to can be written to");
        }
        for (var extent : descriptor.get().descriptor().extents()) {
            if (!"RW".equals(extent.access())) {
                throw new ImageException.Unsupported(
                        "%s: has an extent with the access %s, and so cannot be written to"
                                .formatted(file.name(), extent.access()));
            }
        }
        descriptor.get().recover();
    }

    private void openExtents(Optional<Descriptor> descriptor) throws IOException {
        if (SparseHeader.isAt(file)) {
            var capacity = SparseHeader.read(file).capacity();
            extents.add(SparseExtent.open(file, capacity, writable, new Below(parent, 0), disk));
            return;
        }
        var start = 0L;
        for (var extent : descriptor.orElseThrow().extents()) {
            extents.add(open(extent, start));
            start += extent.sectors() * SECTOR;
        }
    }

    private Extent open(Descriptor.Extent extent, long start) throws IOException {
        var capacity = extent.sectors() * SECTOR;
        return switch (extent.type()) {
            case "ZERO" -> new ZeroExtent(capacity, file.name());
            case "FLAT", "VMFS" -> flat(extent, capacity);
            case "SPARSE" -> sparse(extent, capacity, start);
            default ->
                    throw new ImageException.Unsupported(
                            "%s: has an extent of the type %s, which is not known"
                                    .formatted(file.name(), extent.type()));
        };
    }

    private Storage file(Descriptor.Extent extent) throws IOException {
        return files.extents().open(extent.file(), writable, file.name());
    }

    private Extent flat(Descriptor.Extent extent, long capacity) throws IOException {
        if (extent.offset() > (Long.MAX_VALUE - capacity) / SECTOR) {
            throw new ImageException.Corrupt(
                    "%s: has an extent from sector %d of its file on, which cannot be"
                            .formatted(file.name(), extent.offset()));
        }
        return new FlatExtent(file(extent), extent.offset() * SECTOR, capacity, disk);
    }

    private Extent sparse(Descriptor.Extent extent, long capacity, long start) throws IOException {
        var other = file(extent);
        var done = false;
        try {
            var sparse =
                    SparseExtent.open(other, capacity, writable, new Below(parent, start), disk);
            done = true;
            return sparse;
        } finally {
            if (!done) {
                other.close();
            }
        }
    }

    private Optional<DiskImage> openParent(Descriptor descriptor) throws IOException {
        if (!descriptor.hasParent()) {
            return Optional.empty();
        }
        var image =
                files.below()
                        .open(
                                descriptor.parentHint(),
                                Optional.of(ImageFormat.VMDK.text()),
                                file.name());
        if (image instanceof VmdkImage other && other.contentId() != descriptor.parentCid()) {
            image.close();
            throw new ImageException.Corrupt(
                    "%s: its parent %s was changed since: parentCID is %08x, its CID %08x"
                            .formatted(
                                    file.name(),
                                    image.name(),
                                    descriptor.parentCid(),
                                    other.contentId()));
        }
        return Optional.of(image);
    }

    /** Closes what was opened so far. */
    @Override
    public void close() throws IOException {
        var all = new ArrayList<Closeable>(extents);
        parent.ifPresent(all::add);
        all.add(file);
        Closing.all(all);
    }
}
