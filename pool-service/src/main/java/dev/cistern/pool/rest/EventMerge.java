package dev.cistern.pool.rest;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Partitions read side by side, made into one list, oldest first. The order inside of a partition
 * stands, whatever the clocks of producers said.
 */
final class EventMerge {
    private final Map<Integer, Partition> partitions = new TreeMap<>();

    private static final class Partition {
        private final Deque<ConsumerRecord<String, byte[]>> waiting = new ArrayDeque<>();
        private long position;
        private boolean atEnd;

        boolean known() {
            return atEnd || !waiting.isEmpty();
        }
    }

    EventMerge(Collection<Integer> numbers) {
        numbers.forEach(number -> partitions.put(number, new Partition()));
    }

    /** How far a partition has been read, and where it ends at present. */
    void read(int number, long position, long end) {
        var partition = partition(number);
        partition.position = position;
        partition.atEnd = position >= end;
    }

    void add(ConsumerRecord<String, byte[]> message) {
        partition(message.partition()).waiting.add(message);
    }

    private Partition partition(int number) {
        return partitions.computeIfAbsent(number, _ -> new Partition());
    }

    boolean isEmpty() {
        return partitions.values().stream().allMatch(each -> each.waiting.isEmpty());
    }

    /** Whether so many can be told in the right order, or there are no more. */
    boolean enough(int limit) {
        return partitions.values().stream().allMatch(Partition::known)
                && (partitions.values().stream().allMatch(each -> each.atEnd)
                        || tellable() >= limit);
    }

    /** How many come before the last one of a partition of which more is to be read. */
    private long tellable() {
        var horizon =
                partitions.values().stream()
                        .filter(each -> !each.atEnd)
                        .mapToLong(each -> each.waiting.getLast().timestamp())
                        .min()
                        .orElse(Long.MAX_VALUE);
        return partitions.values().stream()
                .flatMap(each -> each.waiting.stream())
                .filter(message -> message.timestamp() <= horizon)
                .count();
    }

    /** The oldest. */
    List<ConsumerRecord<String, byte[]>> take(int limit) {
        var taken = new ArrayList<ConsumerRecord<String, byte[]>>();
        while (taken.size() < limit) {
            var oldest = oldest();
            if (oldest == null) {
                break;
            }
            taken.add(oldest.waiting.remove());
        }
        return taken;
    }

    private @Nullable Partition oldest() {
        Partition oldest = null;
        for (var partition : partitions.values()) {
            if (!partition.waiting.isEmpty()
                    && (oldest == null
                            || partition.waiting.getFirst().timestamp()
                                    < oldest.waiting.getFirst().timestamp())) {
                oldest = partition;
            }
        }
        return oldest;
    }

    /** Where to go on: what was not taken is read again. */
    EventCursor rest() {
        var offsets = new HashMap<Integer, Long>();
        partitions.forEach(
                (number, partition) ->
                        offsets.put(
                                number,
                                partition.waiting.isEmpty()
                                        ? partition.position
                                        : partition.waiting.getFirst().offset()));
        return new EventCursor(offsets);
    }
}
