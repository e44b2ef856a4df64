package dev.cistern.common.operation;

import dev.cistern.common.message.Heartbeat;
import dev.cistern.common.message.Lane;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What the heartbeats of the last seconds say about the workers. All times are {@link
 * System#nanoTime}; thread-safe.
 */
final class Fleet {
    /** A worker not heard of for this long does not count. */
    private static final Duration FRESH = Duration.ofSeconds(5);

    /** A lane of a worker group. */
    record Road(String group, Lane lane) {}

    private final Map<String, Seen> workers = new ConcurrentHashMap<>();
    private final Map<UUID, Mention> mentions = new ConcurrentHashMap<>();

    private record Seen(Heartbeat heartbeat, long at, Map<Lane, Long> freeSince) {
        boolean fresh(long now) {
            return now - at < FRESH.toNanos();
        }
    }

    /** Who last spoke of an operation, and when. */
    record Mention(String worker, UUID incarnation, Heartbeat.Running running, long at) {
        /** Whether this says more than another worker's word of an earlier attempt. */
        boolean outranks(Mention other, long now) {
            return running.attempt() >= other.running.attempt()
                    || now - other.at >= FRESH.toNanos();
        }
    }

    void heard(Heartbeat heartbeat, long now) {
        workers.compute(
                heartbeat.worker(),
                (_, before) -> new Seen(heartbeat, now, freeSince(before, heartbeat, now)));
        for (var running : heartbeat.running()) {
            mentions.merge(
                    running.operation(),
                    new Mention(heartbeat.worker(), heartbeat.incarnation(), running, now),
                    (before, mention) -> mention.outranks(before, now) ? mention : before);
        }
    }

    private static Map<Lane, Long> freeSince(@Nullable Seen before, Heartbeat heartbeat, long now) {
        var since = new HashMap<Lane, Long>();
        for (var lane : Lane.values()) {
            if (heartbeat.slots(lane).free() > 0) {
                var earlier =
                        before != null && before.fresh(now) ? before.freeSince().get(lane) : null;
                since.put(lane, earlier != null ? earlier : now);
            }
        }
        return since;
    }

    @Nullable Mention mention(UUID operation) {
        return mentions.get(operation);
    }

    /** Where a client has its part in an operation, if a live worker says so. */
    Optional<String> url(UUID operation, long now) {
        return Optional.ofNullable(mentions.get(operation))
                .filter(mention -> now - mention.at() < FRESH.toNanos() && !died(mention))
                .map(mention -> mention.running().url());
    }

    /** Whether the process that spoke is known to be gone: its worker has started anew. */
    boolean died(Mention mention) {
        var worker = workers.get(mention.worker());
        return worker != null && !worker.heartbeat().incarnation().equals(mention.incarnation());
    }

    /** Slots by lane of each group, over the workers that are alive. */
    Map<Road, Integer> slots(long now) {
        var slots = new HashMap<Road, Integer>();
        for (var worker : workers.values()) {
            if (worker.fresh(now)) {
                for (var group : worker.heartbeat().groups()) {
                    for (var lane : Lane.values()) {
                        slots.merge(
                                new Road(group, lane),
                                worker.heartbeat().slots(lane).total(),
                                Integer::sum);
                    }
                }
            }
        }
        return slots;
    }

    /**
     * Since when some live worker of the group has had a free slot without a break; null if none
     * has.
     */
    @Nullable Long freeSince(Road road, long now) {
        Long earliest = null;
        for (var worker : workers.values()) {
            var since = worker.freeSince().get(road.lane());
            if (since != null
                    && worker.fresh(now)
                    && worker.heartbeat().groups().contains(road.group())
                    && (earliest == null || since - earliest < 0)) {
                earliest = since;
            }
        }
        return earliest;
    }

    /** Whether a worker of this group is alive. */
    boolean hears(String group, long now) {
        return workers.values().stream()
                .anyMatch(
                        worker -> worker.fresh(now) && worker.heartbeat().groups().contains(group));
    }

    boolean anyFresh(long now) {
        return workers.values().stream().anyMatch(worker -> worker.fresh(now));
    }

    /** Drops what was said longer ago than anyone asks. */
    void forget(long now, Duration age) {
        mentions.values().removeIf(mention -> now - mention.at() > age.toNanos());
        workers.values().removeIf(worker -> now - worker.at() > age.toNanos());
    }
}
