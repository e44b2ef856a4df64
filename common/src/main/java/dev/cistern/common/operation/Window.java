package dev.cistern.common.operation;

import dev.cistern.common.message.Lane;
import dev.cistern.common.operation.Fleet.Road;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;

/**
 * How many commands of a lane may be out at once: about twice the slots of its workers, so that
 * none idles while the rest waits in the database, where it can still be cancelled and reordered.
 *
 * <p>Whoever accepts holds the lane's row shared, whoever frees room holds it exclusively: so one
 * who frees sees everything that was accepted, and nothing is left behind. Several who accept at
 * once may overshoot by their number. A lane that no worker has served yet has no room: there may
 * not even be a topic for it.
 */
final class Window {
    private static final int MOST_CONSIDERED = 10_000;

    private static final String IN_FLIGHT =
            "select count(*) from operation where worker_group = :group and lane = :lane"
                    + " and attempt > attempts_before and finished_at is null";

    private final Jdbi jdbi;
    private final BulkLimits bulk;

    Window(Jdbi jdbi, BulkLimits bulk) {
        this.jdbi = jdbi;
        this.bulk = bulk;
    }

    /** Those of the newly ready that may go, for who accepts. */
    List<UUID> admit(Road road, List<UUID> ready) {
        if (road.lane() == Lane.BULK) {
            return next(road);
        }
        var room = room(road, "share");
        return ready.subList(0, Math.clamp(room, 0, ready.size()));
    }

    /** The operations that may go now, for who frees room: the oldest, or whoever is due. */
    List<UUID> next(Road road) {
        return road.lane() == Lane.BULK
                ? chosen(road, room(road, "update"))
                : oldest(road, slots(road, "update") * 2L);
    }

    private List<UUID> chosen(Road road, long room) {
        return room <= 0
                ? List.of()
                : bulk.choose(
                        candidates(road, "state = 'QUEUED' and attempt = attempts_before"),
                        candidates(road, "attempt > attempts_before and finished_at is null"),
                        room);
    }

    private List<UUID> oldest(Road road, long atMost) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "select id from operation where worker_group = :group and lane = :lane"
                                                + " and state = 'QUEUED' and attempt = attempts_before"
                                                + " order by sequence limit greatest(0, :atMost - ("
                                                + IN_FLIGHT
                                                + "))")
                                .bind("group", road.group())
                                .bind("lane", road.lane())
                                .bind("atMost", atMost)
                                .mapTo(UUID.class)
                                .list());
    }

    private List<BulkLimits.Candidate> candidates(Road road, String which) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "select id, pool, tenant from operation where worker_group = :group"
                                                + " and lane = :lane and "
                                                + which
                                                + " order by sequence limit :most")
                                .bind("group", road.group())
                                .bind("lane", road.lane())
                                .bind("most", MOST_CONSIDERED)
                                .map(
                                        (row, _) ->
                                                new BulkLimits.Candidate(
                                                        row.getObject("id", UUID.class),
                                                        row.getObject("pool", UUID.class),
                                                        row.getString("tenant")))
                                .list());
    }

    void resize(Road road, int slots) {
        jdbi.useHandle(
                handle ->
                        handle.createUpdate(
                                        "insert into lane (worker_group, lane, slots) values (:group, :lane, :slots)"
                                                + " on conflict (worker_group, lane) do update set slots = :slots")
                                .bind("group", road.group())
                                .bind("lane", road.lane())
                                .bind("slots", slots)
                                .execute());
    }

    private long room(Road road, String lock) {
        return slots(road, lock) * 2L - inFlight(road);
    }

    private int slots(Road road, String lock) {
        return jdbi.withHandle(
                handle -> {
                    var slots =
                            handle.createQuery(
                                            "select slots from lane where worker_group = :group and lane = :lane for "
                                                    + lock)
                                    .bind("group", road.group())
                                    .bind("lane", road.lane())
                                    .mapTo(Integer.class)
                                    .findOne();
                    if (slots.isPresent()) {
                        return slots.get();
                    }
                    handle.execute(
                            "insert into lane (worker_group, lane, slots) values (?, ?, 0) on conflict do nothing",
                            road.group(),
                            road.lane());
                    return slots(road, lock);
                });
    }

    private long inFlight(Road road) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(IN_FLIGHT)
                                .bind("group", road.group())
                                .bind("lane", road.lane())
                                .mapTo(Long.class)
                                .one());
    }
}
