package dev.cistern.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Turns of Cistern and its peer, one after the other, so that both meet the same machine. */
public final class Rounds {
    private Rounds() {}

    /** One turn of one of them. */
    @FunctionalInterface
    public interface Turn {
        /** Takes it, and says what it cost. */
        Cost take() throws Exception;
    }

    /**
     * What some operations cost.
     *
     * @param seconds that went by
     * @param cpuSeconds of all processors together
     */
    public record Cost(double operations, double seconds, double cpuSeconds) {
        /** Operations in a second. */
        public double rate() {
            return operations / seconds;
        }

        /** Microseconds of a processor for an operation. */
        public double cpuMicros() {
            return cpuSeconds * 1e6 / operations;
        }
    }

    /**
     * The medians of both.
     *
     * @param peer null without a peer
     */
    public record Outcome(Cost ours, @Nullable Cost peer) {}

    /** Lets both take so many turns, after one that does not count. */
    public static Outcome run(int rounds, Turn ours, Optional<Turn> peer) throws Exception {
        var mine = new ArrayList<Cost>();
        var theirs = new ArrayList<Cost>();
        for (var round = 0; round <= rounds; round++) {
            mine.add(ours.take());
            if (peer.isPresent()) {
                theirs.add(peer.get().take());
            }
        }
        return new Outcome(median(mine), theirs.isEmpty() ? null : median(theirs));
    }

    /** Without the first, each part by itself, per operation. */
    private static Cost median(List<Cost> costs) {
        var counted = costs.subList(1, costs.size());
        return new Cost(
                1,
                median(
                        counted.stream()
                                .mapToDouble(cost -> cost.seconds / cost.operations)
                                .toArray()),
                median(
                        counted.stream()
                                .mapToDouble(cost -> cost.cpuSeconds / cost.operations)
                                .toArray()));
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }
}
