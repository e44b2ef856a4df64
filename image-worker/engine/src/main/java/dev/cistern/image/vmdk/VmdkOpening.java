package dev.cistern.image.vmdk;

import dev.cistern.image.BackingOpener;
import dev.cistern.image.DataFileOpener;
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
    private final BackingOpener below;
    private final DataFileOpener others;
    private final List<Extent> extents = new ArrayList<>();
    private Optional<DiskImage> parent = Optional.empty();

    VmdkOpening(Storage file, BackingOpener below, DataFileOpener others) {
        this.file = file;
        this.below = below;
        this.others = others;
    }

    VmdkImage open() throws IOException {
        var descriptor = VmdkInspector.descriptor(file);
        if (SparseHeader.isAt(file)) {
            extents.add(SparseExtent.open(file));
        } else {
            for (var extent : descriptor.extents()) {
                extents.add(open(extent));
            }
        }
        var _ = descriptor.capacity(file.name());
        parent = openParent(descriptor);
        return VmdkImage.of(file, descriptor, extents, parent);
    }

    private Extent open(Descriptor.Extent extent) throws IOException {
        var capacity = extent.sectors() * SECTOR;
        return switch (extent.type()) {
            case "ZERO" -> new ZeroExtent(capacity);
            case "FLAT", "VMFS" -> new FlatExtent(file(extent), extent.offset() * SECTOR, capacity);
            case "SPARSE" -> sparse(extent, capacity);
            default ->
                    throw new ImageException.Unsupported(
                            "%s: has an extent of the type %s, which is not known"
                                    .formatted(file.name(), extent.type()));
        };
    }

    private Storage file(Descriptor.Extent extent) throws IOException {
        return others.open(extent.file(), false, file.name());
    }

    private Extent sparse(Descriptor.Extent extent, long capacity) throws IOException {
        var other = file(extent);
        var done = false;
        try {
            var sparse = SparseExtent.open(other);
            if (sparse.capacity() < capacity) {
                throw new ImageException.Corrupt(
                        "%s: has %d bytes, where the descriptor in %s says %d"
                                .formatted(other.name(), sparse.capacity(), file.name(), capacity));
            }
            done = true;
            return sparse;
        } finally {
            if (!done) {
                other.close();
            }
        }
    }

    private Optional<DiskImage> openParent(Descriptor descriptor) throws IOException {
        if (descriptor.parentCid() == Descriptor.NO_PARENT || descriptor.parentHint().isEmpty()) {
            return Optional.empty();
        }
        var image =
                below.open(
                        descriptor.parentHint(), Optional.of(ImageFormat.VMDK.text()), file.name());
        if (image instanceof VmdkImage other && other.cid() != descriptor.parentCid()) {
            image.close();
            throw new ImageException.Corrupt(
                    "%s: its parent %s was changed since: parentCID is %08x, its CID %08x"
                            .formatted(
                                    file.name(),
                                    image.name(),
                                    descriptor.parentCid(),
                                    other.cid()));
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
