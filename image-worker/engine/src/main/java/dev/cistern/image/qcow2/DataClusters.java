package dev.cistern.image.qcow2;

import dev.cistern.image.qcow2.format.ClusterGeometry;
import dev.cistern.image.qcow2.format.L2Entry;
import java.io.IOException;

/**
 * Host clusters for guest data: those of the image's own file, which are counted, or those of a
 * data file, where each guest cluster has a place of its own and nothing is counted. Guarded by the
 * map lock.
 */
final class DataClusters {
    private final ClusterGeometry geometry;
    private final L2Tables tables;
    private final ClusterAllocator allocator;
    private final FreedClusters freed;
    private final boolean encrypted;

    /**
     * The clusters of an image.
     *
     * @param encrypted whether a hole in the file is not zeroes to the guest
     */
    DataClusters(
            ClusterGeometry geometry,
            L2Tables tables,
            ClusterAllocator allocator,
            FreedClusters freed,
            boolean encrypted) {
        this.geometry = geometry;
        this.encrypted = encrypted;
        this.tables = tables;
        this.allocator = allocator;
        this.freed = freed;
    }

    /** At least one cluster and at most {@code wanted}, next to each other, for a guest offset. */
    ClusterAllocator.Run allocate(long guest, long wanted) throws IOException {
        if (geometry.external()) {
            return new ClusterAllocator.Run(geometry.clusterStart(guest), wanted, false);
        }
        var run = allocator.allocate(wanted);
        return encrypted ? new ClusterAllocator.Run(run.host(), run.count(), false) : run;
    }

    /** Takes back what was handed out but has not been linked. */
    void giveBack(long host, long count) throws IOException {
        if (!geometry.external()) {
            allocator.giveBack(host, count);
        }
    }

    /** What an entry named loses a reference. */
    void free(long old) {
        if (L2Entry.compressed(old)) {
            freed.unlinkBytes(
                    L2Entry.compressedHost(old, geometry), L2Entry.compressedLength(old, geometry));
        } else if (L2Entry.host(old) != 0 && !geometry.external()) {
            freed.unlink(geometry.cluster(L2Entry.host(old)), 1);
        }
    }

    /** Whether a guest cluster may be stored where its entry says. */
    boolean mayHold(long bits, long guest) {
        var host = L2Entry.host(bits);
        if (!L2Entry.hasHost(bits, geometry)) {
            return true;
        }
        return geometry.external()
                ? host == geometry.clusterStart(guest)
                : geometry.inCluster(host) == 0 && !tables.isTop(host);
    }
}
