package dev.cistern.image.qcow2;

import dev.cistern.image.CheckReport;
import dev.cistern.image.CheckReport.Repair;
import dev.cistern.image.Findings;
import dev.cistern.image.ImageException;
import dev.cistern.image.qcow2.format.ClusterGeometry;
import dev.cistern.image.qcow2.format.Header;
import dev.cistern.image.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Checks an image that nobody has open, and repairs it: calculates the references that there are,
 * compares them with the refcounts, compares these with the marks of what may be written in place.
 *
 * <p>A repair that is cut off at any point can be done again and leaves the guest's bytes as they
 * are: refcounts are set right first, then the marks, then the header's bits.
 */
public final class Qcow2Checker {
    private static final int CACHE_BYTES = 8 << 20;

    private final ImageFile file;
    private final ImageHeader image;
    private final Findings findings = new Findings();
    private final ReferenceCensus census;
    private final RefcountComparison comparison;

    private Qcow2Checker(Storage storage) throws IOException {
        this.image = ImageHeader.read(storage);
        this.file = new ImageFile(storage, ClusterGeometry.of(image.header()));
        this.census = ReferenceCensus.take(file, image, findings);
        this.comparison = RefcountComparison.of(file, image.header(), census.counts(), findings);
        if (!comparison.broken()) {
            CopiedFlags.check(file, image.header(), refcounts(), findings);
        }
    }

    /**
     * Checks an image, and repairs what it may.
     *
     * @return what is wrong afterwards, and how much was set right
     * @throws ImageException if the header makes no sense, or a repair is not possible
     */
    public static CheckReport check(Storage storage, Repair repair) throws IOException {
        var before = new Qcow2Checker(storage);
        var changed =
                switch (repair) {
                    case NONE -> false;
                    case LEAKS -> before.repairLeaks();
                    case ALL -> before.repairAll();
                };
        return changed
                ? new Qcow2Checker(storage).report(before.findings)
                : before.report(before.findings);
    }

    private Refcounts refcounts() throws IOException {
        var header = ImageHeader.read(file.storage()).header();
        return Refcounts.load(
                file,
                new TableCache(file.storage(), header.clusterSize(), CACHE_BYTES),
                header.refcountTableOffset(),
                header.refcountTableClusters());
    }

    private CheckReport report(Findings before) {
        return new CheckReport(
                findings.corruptions(),
                findings.leaks(),
                findings.errors(),
                Math.max(0, before.corruptions() - findings.corruptions()),
                Math.max(0, before.leaks() - findings.leaks()),
                comparison.end(),
                file.geometry().clusters(image.header().size()),
                census.allocated(),
                census.fragmented(),
                census.compressed(),
                findings.words());
    }

    private boolean repairLeaks() throws IOException {
        if (findings.leaks() == 0 || comparison.broken() || findings.errors() > 0) {
            return false;
        }
        comparison.lower();
        file.await(Barrier.HEADER_BEFORE_FREEING);
        return true;
    }

    private boolean repairAll() throws IOException {
        var header = image.header();
        var marked = header.incompatible(Header.INCOMPATIBLE_DIRTY | Header.INCOMPATIBLE_CORRUPT);
        var wrong = findings.corruptions() + findings.leaks() > 0;
        if (!(wrong || marked) || findings.errors() > 0) {
            return false;
        }
        if (comparison.broken() || comparison.tooLow()) {
            comparison.forgetOwnClusters();
            new RefcountRebuild(file, census.counts())
                    .run(file.geometry().clusters(file.storage().size()));
        } else {
            comparison.lower();
            file.await(Barrier.REFCOUNTS_BEFORE_COPIED);
        }
        CopiedFlags.repair(file, header, refcounts());
        file.await(Barrier.TABLES);
        if (marked && new Qcow2Checker(file.storage()).findings.corruptions() == 0) {
            var bits =
                    header.incompatible()
                            & ~(Header.INCOMPATIBLE_DIRTY | Header.INCOMPATIBLE_CORRUPT);
            file.write(ByteBuffer.allocate(Long.BYTES).putLong(0, bits), Header.INCOMPATIBLE_AT);
            file.await(Barrier.HEADER);
        }
        return true;
    }
}
