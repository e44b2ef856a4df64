package dev.cistern.image.vmdk;

import dev.cistern.image.CheckReport;
import dev.cistern.image.CheckReport.Repair;
import dev.cistern.image.DataFileOpener;
import dev.cistern.image.Findings;
import dev.cistern.image.storage.Storage;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Checks the metadata of an image, and sets them right. A redundant table that differs, which a
 * crash may leave, counts as a leak, for it does no harm; so does a descriptor that tells another
 * capacity than a sparse extent of the same file. Unlike QEMU, which looks only for grains behind
 * the end of a file.
 */
public final class VmdkChecker {
    private static final int SECTOR = SparseHeader.SECTOR;

    private final Storage file;
    private final DataFileOpener extents;
    private final boolean repairs;
    private final Findings findings = new Findings();

    private VmdkChecker(Storage file, DataFileOpener extents, boolean repairs) {
        this.file = file;
        this.extents = extents;
        this.repairs = repairs;
    }

    /**
     * Checks an image that nobody else has open, or writes to at least.
     *
     * @param repair whether and what is set right; with leaks, only if there is nothing worse
     * @return what is wrong in the end, and what was set right
     */
    public static CheckReport check(Storage file, DataFileOpener extents, Repair repair)
            throws IOException {
        var found = new VmdkChecker(file, extents, false).run();
        return switch (repair) {
            case NONE -> report(found, new Findings());
            case LEAKS ->
                    found.corruptions() > 0
                            ? report(found, new Findings())
                            : repaired(file, extents);
            case ALL -> repaired(file, extents);
        };
    }

    private static CheckReport repaired(Storage file, DataFileOpener extents) throws IOException {
        var set = new VmdkChecker(file, extents, true).run();
        return report(new VmdkChecker(file, extents, false).run(), set);
    }

    private static CheckReport report(Findings found, Findings before) {
        return new CheckReport(
                found.corruptions(),
                found.leaks(),
                found.errors(),
                Math.max(0, before.corruptions() - found.corruptions()),
                Math.max(0, before.leaks() - found.leaks()),
                0,
                0,
                0,
                0,
                0,
                found.words());
    }

    private Findings run() throws IOException {
        var descriptor = DescriptorFile.open(file, WaitForDisk.ALWAYS);
        if (repairs && descriptor.isPresent()) {
            descriptor.get().recover();
        }
        if (SparseHeader.isAt(file)) {
            ExtentCheck.run(file, repairs, findings);
            compareCapacity(descriptor);
            return findings;
        }
        for (var extent : descriptor.orElseThrow().descriptor().extents()) {
            check(extent);
        }
        return findings;
    }

    private void compareCapacity(Optional<DescriptorFile> place) throws IOException {
        if (place.isEmpty() || place.get().descriptor().extents().size() != 1) {
            return;
        }
        var descriptor = place.get().descriptor();
        var sectors = SparseHeader.read(file).capacity() / SECTOR;
        var extent = descriptor.extents().getFirst();
        if (extent.sectors() != sectors) {
            findings.leak(
                    "The descriptor says %d sectors, the header %d", extent.sectors(), sectors);
            if (repairs) {
                place.get().replace(descriptor.withExtents(List.of(extent.withSectors(sectors))));
            }
        }
    }

    private void check(Descriptor.Extent extent) throws IOException {
        if (extent.file().isEmpty()) {
            return;
        }
        try (var other = extents.open(extent.file(), repairs, file.name())) {
            if (!extent.flat()) {
                ExtentCheck.run(other, repairs, findings);
            } else if (other.size() / SECTOR < extent.offset() + extent.sectors()) {
                findings.corruption(
                        "ERROR: %s has %d bytes, where the descriptor says %d sectors from %d on",
                        other.name(), other.size(), extent.sectors(), extent.offset());
            }
        }
    }
}
