package dev.cistern.image.qcow2;

import dev.cistern.image.ImageException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A counter for each host cluster, in pages that come into being where something is counted. They
 * take half of the memory that there is at most: a file of holes can name more clusters than any
 * memory can count.
 */
final class SparseCounts {
    private static final int PAGE_BITS = 7;

    /** Clusters that are counted, or not, together. */
    static final int RUN = 1 << PAGE_BITS;

    /** With its place in the index. */
    private static final int PAGE_BYTES = (Integer.BYTES << PAGE_BITS) + 48;

    private final String image;
    private final long maxPages;

    private final LongIntMap index = new LongIntMap();
    private final List<int[]> pages = new ArrayList<>();
    private long end;

    /**
     * No counts yet.
     *
     * @param image for messages
     */
    SparseCounts(String image) {
        this(image, Runtime.getRuntime().maxMemory() / 2);
    }

    /** The same with so many bytes of memory. */
    SparseCounts(String image, long bytes) {
        this.image = image;
        this.maxPages = bytes / PAGE_BYTES;
    }

    int get(long cluster) {
        var page = index.get(cluster >>> PAGE_BITS);
        return page == LongIntMap.ABSENT ? 0 : pages.get(page)[inPage(cluster)];
    }

    /** Whether nothing has been counted in the run of clusters that a cluster is in. */
    boolean isEmptyRun(long cluster) {
        return !index.contains(cluster >>> PAGE_BITS);
    }

    /**
     * Counts references to a cluster.
     *
     * @throws ImageException.OutOfRange if there is no memory for one more
     */
    void add(long cluster, int more) throws ImageException.OutOfRange {
        var key = cluster >>> PAGE_BITS;
        var page = index.get(key);
        if (page == LongIntMap.ABSENT) {
            page = pages.size();
            requireMemory(page);
            pages.add(new int[1 << PAGE_BITS]);
            index.put(key, page);
        }
        var counts = pages.get(page);
        counts[inPage(cluster)] =
                (int) Math.min(Integer.MAX_VALUE, (long) counts[inPage(cluster)] + more);
        end = Math.max(end, cluster + 1);
    }

    private void requireMemory(int used) throws ImageException.OutOfRange {
        if (used >= maxPages) {
            throw new ImageException.OutOfRange(
                    "%s: uses more clusters than the %d or so that can be counted in %d MiB; checking it takes more memory"
                            .formatted(
                                    image, maxPages << PAGE_BITS, (maxPages * PAGE_BYTES) >> 20));
        }
    }

    /** Takes clusters that have been counted. */
    @FunctionalInterface
    interface Counted<E extends Exception> {
        void cluster(long cluster, int count) throws E;
    }

    /** Names all clusters whose count is not zero, lowest first. */
    <E extends Exception> void forEach(Counted<E> counted) throws E {
        var keys = index.keys();
        Arrays.sort(keys);
        for (var key : keys) {
            var counts = pages.get(index.get(key));
            for (var i = 0; i < counts.length; i++) {
                if (counts[i] != 0) {
                    counted.cluster((key << PAGE_BITS) + i, counts[i]);
                }
            }
        }
    }

    private static int inPage(long cluster) {
        return (int) cluster & ((1 << PAGE_BITS) - 1);
    }

    /** No cluster from here on has been counted. */
    long end() {
        return end;
    }
}
