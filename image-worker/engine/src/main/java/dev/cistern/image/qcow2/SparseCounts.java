package dev.cistern.image.qcow2;

import java.util.ArrayList;
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

    private static int inPage(long cluster) {
        return (int) cluster & ((1 << PAGE_BITS) - 1);
    }

    /** No cluster from here on has been counted. */
    long end() {
        return end;
    }
}
