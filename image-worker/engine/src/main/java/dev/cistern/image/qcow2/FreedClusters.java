package dev.cistern.image.qcow2;

import dev.cistern.image.qcow2.format.ClusterGeometry;
import java.io.IOException;
import java.util.Arrays;

/**
 * Host clusters on their way from having lost a reference to being free again.
 *
 * <pre>
 *   unlinked   no table names them any more, in memory
 *      |       … the tables are durable
 *   dropped    counted down, in memory
 *      |       … the refcounts are durable, and reads and writes that began before have ended
 *   free       may be punched out of the file and used again
 * </pre>
 *
 * <p>Guarded by the map lock.
 */
final class FreedClusters {
    private final ClusterGeometry geometry;
    private final InFlight inFlight;

    /** Those that have no reference left but must not be used yet. */
    private final LongIntMap held = new LongIntMap();

    private Clusters unlinked = new Clusters();
    private Clusters dropped = new Clusters();
    private Clusters durable = new Clusters();

    FreedClusters(ClusterGeometry geometry, InFlight inFlight) {
        this.geometry = geometry;
        this.inFlight = inFlight;
    }

    /** A list of clusters, each with the time at which it lost its reference. */
    static final class Clusters {
        private long[] clusters = new long[8];
        private long[] times = new long[8];
        private int size;

        void add(long cluster, long time) {
            if (size == clusters.length) {
                clusters = Arrays.copyOf(clusters, size * 2);
                times = Arrays.copyOf(times, size * 2);
            }
            clusters[size] = cluster;
            times[size++] = time;
        }

        void addAll(Clusters others) {
            for (var i = 0; i < others.size; i++) {
                add(others.clusters[i], others.times[i]);
            }
        }

        boolean isEmpty() {
            return size == 0;
        }

        int size() {
            return size;
        }

        long cluster(int index) {
            return clusters[index];
        }
    }

    /** One reference fewer to each of some clusters; the tables that say so are not on disk yet. */
    void unlink(long cluster, long count) {
        var time = inFlight.tick();
        for (var i = 0L; i < count; i++) {
            unlinked.add(cluster + i, time);
        }
    }

    /** The bytes of a compressed cluster lose a reference, in each cluster that they touch. */
    void unlinkBytes(long host, int length) {
        var first = geometry.cluster(host);
        unlink(first, geometry.cluster(host + length - 1) - first + 1);
    }

    /** The same where what named the clusters is off the disk already: counts down at once. */
    void drop(long cluster, long count, Refcounts refcounts) throws IOException {
        var gone = new Clusters();
        var time = inFlight.tick();
        for (var i = 0L; i < count; i++) {
            gone.add(cluster + i, time);
        }
        countDown(gone, refcounts);
    }

    /** Those unlinked so far; the caller makes the tables durable. */
    Clusters takeUnlinked() {
        var taken = unlinked;
        unlinked = new Clusters();
        return taken;
    }

    /** Gives back those whose tables did not become durable. */
    void returnUnlinked(Clusters taken) {
        taken.addAll(unlinked);
        unlinked = taken;
    }

    /** The tables are durable: counts down. */
    void countDown(Clusters taken, Refcounts refcounts) throws IOException {
        for (var i = 0; i < taken.size; i++) {
            if (refcounts.drop(taken.clusters[i]) == 0) {
                held.put(taken.clusters[i], 1);
                dropped.add(taken.clusters[i], taken.times[i]);
            }
        }
    }

    /** Those counted down so far; the caller makes the refcounts durable. */
    Clusters takeDropped() {
        var taken = dropped;
        dropped = new Clusters();
        return taken;
    }

    /** Gives back those whose refcounts did not become durable. */
    void returnDropped(Clusters taken) {
        taken.addAll(dropped);
        dropped = taken;
    }

    /** The refcounts are durable. */
    void settleDropped(Clusters taken) {
        durable.addAll(taken);
    }

    /** Those that nothing and nobody needs any more, in order; still kept from being used. */
    Clusters takeFree() {
        var free = new Clusters();
        var waiting = new Clusters();
        for (var i = 0; i < durable.size; i++) {
            var target = inFlight.allSince(durable.times[i]) ? free : waiting;
            target.add(durable.clusters[i], durable.times[i]);
        }
        durable = waiting;
        Arrays.sort(free.clusters, 0, free.size);
        return free;
    }

    /** They may be used from now on. */
    void release(Clusters free) {
        for (var i = 0; i < free.size; i++) {
            held.remove(free.clusters[i]);
        }
    }

    /** Whether a cluster without references must not be used yet. */
    boolean holds(long cluster) {
        return held.contains(cluster);
    }

    /** Whether a flush would bring any of them further. */
    boolean isWaiting() {
        return !unlinked.isEmpty() || !dropped.isEmpty() || !durable.isEmpty();
    }
}
