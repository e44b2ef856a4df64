package dev.cistern.image.qcow2;

import dev.cistern.image.ImageException;
import dev.cistern.image.qcow2.format.ClusterGeometry;
import dev.cistern.image.qcow2.format.L2Entry;
import java.io.IOException;

/**
 * Hands out host clusters that nothing uses, lowest first. Guarded by the map lock.
 *
 * <p>A crash may leak what was handed out, never share it: whoever links a cluster into a table
 * waits for {@link Barrier#DATA_BEFORE_TABLES} before the table is written.
 */
final class ClusterAllocator {
    /** End of what a table entry can name, bytes: bits 9 to 55. */
    private static final long HOST_LIMIT = 1L << 56;

    private final ImageFile file;
    private final ClusterGeometry geometry;
    private final Refcounts refcounts;
    private final FreedClusters freed;

    /** No cluster below is free. */
    private long lowest = 1;

    /** Clusters from here on have never been written to and read as zeroes. */
    private long untouched;

    /** Where the next compressed cluster goes if nothing else has come between; 0 for unknown. */
    private long nextBytes;

    /**
     * An allocator for a file that is not in use otherwise.
     *
     * @param fileBytes its length
     */
    ClusterAllocator(ImageFile file, Refcounts refcounts, FreedClusters freed, long fileBytes) {
        this.file = file;
        this.geometry = file.geometry();
        this.refcounts = refcounts;
        this.freed = freed;
        this.untouched = geometry.clusters(fileBytes);
    }

    /**
     * A run of host clusters.
     *
     * @param host offset of the first
     * @param blank whether all of them read as zeroes
     */
    record Run(long host, long count, boolean blank) {}

    /** At least one cluster and at most {@code wanted}, next to each other. */
    Run allocate(long wanted) throws IOException {
        return allocate(1, wanted);
    }

    /**
     * Exactly so many clusters next to each other, for a table. A long one goes behind everything
     * else, since the refcount blocks that it needs must not lie inside it.
     */
    long allocateTable(long count) throws IOException {
        if (count < geometry.blockEntries() / 2) {
            return allocate(count, count).host();
        }
        var first = refcounts.countBehind(count, freed);
        requireAddressable(first + count);
        for (var cluster = first; cluster < first + count; cluster++) {
            refcounts.set(cluster, 1);
        }
        untouched = Math.max(untouched, first + count);
        return first << geometry.clusterBits();
    }

    private Run allocate(long least, long most) throws IOException {
        var first = firstFree(lowest);
        lowest = first;
        var count = freeFrom(first, most);
        while (count < least) {
            first = firstFree(first + Math.max(count, 1));
            count = freeFrom(first, most);
        }
        requireNoMetadata(first, count);
        for (var cluster = first; cluster < first + count; cluster++) {
            refcounts.set(cluster, 1);
        }
        lowest = lowest == first ? first + count : lowest;
        var blank = first >= untouched;
        untouched = Math.max(untouched, first + count);
        return new Run(first << geometry.clusterBits(), count, blank);
    }

    /** A free cluster that can be counted; blocks that are missing on the way are made. */
    private long firstFree(long from) throws IOException {
        for (var cluster = from; ; cluster++) {
            requireAddressable(cluster);
            if (!refcounts.hasBlock(cluster)) {
                requireNoMetadata(cluster, 1);
                refcounts.addBlock(cluster, freed);
                untouched = Math.max(untouched, cluster + 1);
            }
            if (isFree(cluster)) {
                return cluster;
            }
        }
    }

    private long freeFrom(long first, long most) throws IOException {
        var count = 0L;
        while (count < most && refcounts.hasBlock(first + count) && isFree(first + count)) {
            count++;
        }
        return count;
    }

    private boolean isFree(long cluster) throws IOException {
        return refcounts.get(cluster) == 0 && !freed.holds(cluster);
    }

    private void requireAddressable(long cluster) throws ImageException.OutOfRange {
        if (cluster >= HOST_LIMIT >>> geometry.clusterBits()) {
            throw new ImageException.OutOfRange(
                    "%s: cannot grow beyond 0x%x".formatted(file.name(), HOST_LIMIT));
        }
    }

    /** An image whose refcounts call its own tables free must not be written to. */
    private void requireNoMetadata(long first, long count) throws ImageException.Corrupt {
        for (var cluster = first; cluster < first + count; cluster++) {
            if (cluster == 0 || refcounts.isOwn(cluster)) {
                throw new ImageException.Corrupt(
                        "%s: the cluster at 0x%x holds metadata, but its refcount is 0; check and repair the image"
                                .formatted(file.name(), cluster << geometry.clusterBits()));
            }
        }
    }

    /**
     * Room for a compressed cluster, which begins where the one before ended if it can. Each host
     * cluster that it touches has a reference more.
     *
     * @param length at most a cluster
     */
    long allocateBytes(int length) throws IOException {
        var end = geometry.clusterEnd(nextBytes);
        var current = geometry.cluster(nextBytes);
        var open = geometry.inCluster(nextBytes) != 0 && canShare(current);
        if (open && length <= end - nextBytes) {
            return takeBytes(nextBytes, length, true);
        }
        var run = allocate(1);
        return open && run.host() == end
                ? takeBytes(nextBytes, length, true)
                : takeBytes(run.host(), length, false);
    }

    private boolean canShare(long cluster) throws IOException {
        var count = refcounts.get(cluster);
        return count > 0 && count < geometry.maxRefcount();
    }

    private long takeBytes(long host, int length, boolean shared) throws IOException {
        if (host + length > L2Entry.compressedLimit(geometry)) {
            throw new ImageException.OutOfRange(
                    "%s: compressed clusters cannot lie beyond 0x%x"
                            .formatted(file.name(), L2Entry.compressedLimit(geometry)));
        }
        if (shared) {
            refcounts.add(geometry.cluster(host));
        }
        nextBytes = host + length;
        return host;
    }

    /** Takes back such room, into which nothing was linked. */
    void giveBackBytes(long host, int length) throws IOException {
        giveBack(host, geometry.cluster(host + length - 1) - geometry.cluster(host) + 1);
        nextBytes = 0;
    }

    /** Takes back what was handed out but has not been linked into any table. */
    void giveBack(long host, long count) throws IOException {
        var first = geometry.cluster(host);
        for (var cluster = first; cluster < first + count; cluster++) {
            refcounts.drop(cluster);
        }
        lowest = Math.min(lowest, first);
    }

    /** Clusters that have become free. */
    void reuse(FreedClusters.Clusters free) {
        freed.release(free);
        nextBytes = free.isEmpty() ? nextBytes : 0;
        if (!free.isEmpty()) {
            lowest = Math.min(lowest, free.cluster(0));
        }
    }
}
