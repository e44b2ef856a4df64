package dev.cistern.worker.transfer;

import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.worker.transfer.Extent.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Which bytes of an upload have come. Thread-safe. */
final class Arrivals {
    /** More separate runs are not remembered: a client that sends its pieces in order has few. */
    private static final int MAX_RUNS = 65_536;

    /** Start and end of each run; none touches another. */
    private final TreeMap<Long, Long> runs = new TreeMap<>();

    private long bytes;

    /**
     * Bytes have come, for the first time or again.
     *
     * @throws ProblemException if there are too many runs with gaps between them
     */
    synchronized void add(long start, long end) {
        if (start >= end) {
            return;
        }
        var from = start;
        var to = end;
        for (var run = runs.floorEntry(end);
                run != null && run.getValue() >= start;
                run = runs.floorEntry(end)) {
            from = Math.min(from, run.getKey());
            to = Math.max(to, run.getValue());
            bytes -= run.getValue() - run.getKey();
            runs.remove(run.getKey());
        }
        if (runs.size() >= MAX_RUNS) {
            throw new ProblemException(
                    ProblemCode.INVALID_REQUEST,
                    "%d pieces with gaps between them have come: send larger ones, in order"
                            .formatted(MAX_RUNS));
        }
        runs.put(from, to);
        bytes += to - from;
    }

    /** How many bytes have come. */
    synchronized long bytes() {
        return bytes;
    }

    /** The end of what has come without a gap from the start. */
    synchronized long unbroken() {
        var first = runs.firstEntry();
        return first != null && first.getKey() == 0 ? first.getValue() : 0;
    }

    /** What has come and what has not, from an offset on. */
    synchronized List<Extent> extents(long from, long size, int atMost) {
        var extents = new ArrayList<Extent>();
        var before = runs.floorEntry(from);
        var first = before == null ? from : before.getKey();
        var at = from;
        for (Map.Entry<Long, Long> run : runs.tailMap(first, true).entrySet()) {
            if (extents.size() >= atMost - 1) {
                return extents;
            }
            if (run.getValue() <= at) {
                continue;
            }
            if (run.getKey() > at) {
                extents.add(new Extent(at, run.getKey() - at, State.MISSING));
                at = run.getKey();
            }
            extents.add(new Extent(at, run.getValue() - at, State.DATA));
            at = run.getValue();
        }
        if (at < size) {
            extents.add(new Extent(at, size - at, State.MISSING));
        }
        return extents;
    }
}
