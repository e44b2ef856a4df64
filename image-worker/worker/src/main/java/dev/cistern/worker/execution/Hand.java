package dev.cistern.worker.execution;

import dev.cistern.common.message.Heartbeat;
import dev.cistern.common.message.Lane;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** The commands that this worker has in hand. Thread-safe. */
public final class Hand {
    /** A heartbeat or two after the result, so that it is not taken for lost on its way. */
    private static final Duration AFTERGLOW = Duration.ofSeconds(3);

    private static final int CANCELS_REMEMBERED = 1024;

    private final Map<UUID, Work> works = new ConcurrentHashMap<>();
    private final Map<UUID, Boolean> cancelled =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<UUID, Boolean> eldest) {
                    return size() > CANCELS_REMEMBERED;
                }
            };

    /**
     * Takes a command in hand.
     *
     * @return false if a copy of it is in hand already, which then speaks for this one too
     */
    boolean take(Work work) {
        var inHand =
                works.compute(
                        work.operation(),
                        (_, before) -> before != null && !before.sent() ? before : work);
        if (inHand != work) {
            inHand.copyCame(work.attempt());
            return false;
        }
        if (cancelled(work.operation())) {
            work.cancel();
        }
        return true;
    }

    /** Whether word has come lately to stop this operation. */
    public boolean cancelled(UUID operation) {
        synchronized (cancelled) {
            return cancelled.containsKey(operation);
        }
    }

    void drop(Work work) {
        works.remove(work.operation(), work);
    }

    /** Asks whoever carries this operation out, now or later, to stop and undo it. */
    public void cancel(UUID operation) {
        synchronized (cancelled) {
            cancelled.put(operation, true);
        }
        var work = works.get(operation);
        if (work != null) {
            work.cancel();
        }
    }

    /** Whether this operation is being carried out here. */
    public boolean runs(UUID operation) {
        var work = works.get(operation);
        return work != null && work.running();
    }

    /** How many commands of a lane are being carried out. */
    public int running(Lane lane) {
        return Math.toIntExact(
                works.values().stream()
                        .filter(work -> work.lane() == lane && work.running())
                        .count());
    }

    /** Whether nothing is being carried out and every result is out. */
    public boolean empty() {
        return works.values().stream().allMatch(Work::sent);
    }

    /** What the heartbeat says of all this. */
    public List<Heartbeat.Running> status() {
        var now = System.nanoTime();
        works.values().removeIf(work -> work.sentLongerAgo(now, AFTERGLOW.toNanos()));
        return works.values().stream().map(Work::status).toList();
    }
}
