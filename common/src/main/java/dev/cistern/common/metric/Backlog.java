package dev.cistern.common.metric;

import dev.cistern.common.operation.OperationState;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * What waits in a service's schema, at one moment.
 *
 * @param operations those that have not ended, by state
 * @param outbox messages that wait for Kafka
 * @param refused messages that no broker takes and that someone should look at
 */
record Backlog(Map<OperationState, Heap> operations, List<Lane> lanes, Heap outbox, long refused) {
    static final Backlog NONE = new Backlog(Map.of(), List.of(), Heap.NONE, 0);

    /**
     * Things that wait.
     *
     * @param oldestSeconds how long the oldest has; 0 if there is none
     */
    record Heap(long count, double oldestSeconds) {
        static final Heap NONE = new Heap(0, 0);
    }

    /**
     * The road to the workers of a group.
     *
     * @param window commands that may be out at once
     * @param out commands that are
     * @param ready operations that wait for room
     */
    record Lane(String group, String lane, long window, long out, long ready) {}

    static Backlog read(Jdbi jdbi) {
        return jdbi.withHandle(
                handle ->
                        new Backlog(
                                operations(handle),
                                lanes(handle),
                                outbox(handle),
                                refused(handle)));
    }

    Heap in(OperationState state) {
        return operations.getOrDefault(state, Heap.NONE);
    }

    private static Map<OperationState, Heap> operations(Handle handle) {
        var heaps = new EnumMap<OperationState, Heap>(OperationState.class);
        handle.createQuery(
                        "select state, count(*) as count,"
                                + " extract(epoch from now() - min(case when state = 'RUNNING'"
                                + " then coalesce(started_at, created_at) else created_at end)) as age"
                                + " from operation where finished_at is null group by state")
                .map(
                        (row, _) ->
                                heaps.put(
                                        OperationState.valueOf(row.getString("state")),
                                        new Heap(row.getLong("count"), row.getDouble("age"))))
                .list();
        return heaps;
    }

    private static List<Lane> lanes(Handle handle) {
        return handle.createQuery(
                        "select l.worker_group, l.lane, 2 * l.slots as room,"
                                + " count(*) filter (where o.attempt > o.attempts_before) as out,"
                                + " count(*) filter (where o.state = 'QUEUED' and o.attempt = o.attempts_before) as ready"
                                + " from lane l left join operation o on o.worker_group = l.worker_group"
                                + " and o.lane = l.lane and o.finished_at is null"
                                + " group by l.worker_group, l.lane, l.slots")
                .map(
                        (row, _) ->
                                new Lane(
                                        row.getString("worker_group"),
                                        row.getString("lane"),
                                        row.getLong("room"),
                                        row.getLong("out"),
                                        row.getLong("ready")))
                .list();
    }

    private static Heap outbox(Handle handle) {
        return handle.createQuery(
                        "select count(*) as count, coalesce(extract(epoch from now() - min(written_at)), 0) as age"
                                + " from outbox where refused is null")
                .map((row, _) -> new Heap(row.getLong("count"), row.getDouble("age")))
                .one();
    }

    private static long refused(Handle handle) {
        return handle.createQuery("select count(*) from outbox where refused is not null")
                .mapTo(Long.class)
                .one();
    }
}
