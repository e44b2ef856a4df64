package dev.cistern.bench.service;

import java.util.Arrays;

/** Times of many like things, in milliseconds. */
final class Distribution {
    private final double[] sorted;

    private Distribution(double[] sorted) {
        this.sorted = sorted;
    }

    /** Of times in nanoseconds, in any order. */
    static Distribution ofNanos(long[] times) {
        return new Distribution(
                Arrays.stream(times).mapToDouble(nanos -> nanos / 1e6).sorted().toArray());
    }

    /** The least time that this share of all does not exceed. */
    double quantile(double share) {
        var rank = (int) Math.ceil(share * sorted.length);
        return sorted[Math.clamp(rank - 1, 0, sorted.length - 1)];
    }
}
