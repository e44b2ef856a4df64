package dev.cistern.image.qcow2;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A counter for each host cluster, in pages that come into being where something is counted. */
final class SparseCounts {
    private static final int PAGE_BITS = 10;

    private final LongIntMap index = new LongIntMap();
    private final List<int[]> pages = new ArrayList<>();
    private long end;

    int get(long cluster) {
        var page = index.get(cluster >>> PAGE_BITS);
        return page == LongIntMap.ABSENT ? 0 : pages.get(page)[inPage(cluster)];
    }

    void add(long cluster, int more) {
        var key = cluster >>> PAGE_BITS;
        var page = index.get(key);
        if (page == LongIntMap.ABSENT) {
            page = pages.size();
            pages.add(new int[1 << PAGE_BITS]);
            index.put(key, page);
        }
        var counts = pages.get(page);
        counts[inPage(cluster)] =
                (int) Math.min(Integer.MAX_VALUE, (long) counts[inPage(cluster)] + more);
        end = Math.max(end, cluster + 1);
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
