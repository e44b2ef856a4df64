package dev.cistern.common.operation;

import dev.cistern.common.message.Lane;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;

/**
 * How many commands of a lane may be out at once: about twice the slots of its workers, so that
 * none idles while the rest waits in the database, where it can still be cancelled and reordered.
 *
 * <p>Whoever accepts holds the lane's row shared, whoever frees room holds it exclusively: so one
 * who frees sees everything that was accepted, and nothing is left behind. Several who accept at
 * once may overshoot by their number.
 */
final class Window {
    /** Commands that may be out while no worker has reported its slots. */
    private static final int UNKNOWN_SLOTS = 4;

    private final Jdbi jdbi;

    Window(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** Whether one more may go, for who accepts. */
    boolean hasRoom(String group, Lane lane) {
        return room(group, lane, "share") > 0;
    }

    /** The operations that may go now, oldest first, for who frees room. */
    List<UUID> next(String group, Lane lane) {
        var room = room(group, lane, "update");
        if (room <= 0) {
            return List.of();
        }
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "select id from operation where worker_group = :group and lane = :lane"
                                                + " and state = 'QUEUED' and attempt = 0 order by sequence limit :room")
                                .bind("group", group)
                                .bind("lane", lane)
                                .bind("room", room)
                                .mapTo(UUID.class)
                                .list());
    }

    void resize(String group, Lane lane, int slots) {
        jdbi.useHandle(
                handle ->
                        handle.createUpdate(
                                        "insert into lane (worker_group, lane, slots) values (:group, :lane, :slots)"
                                                + " on conflict (worker_group, lane) do update set slots = :slots")
                                .bind("group", group)
                                .bind("lane", lane)
                                .bind("slots", slots)
                                .execute());
    }

    private long room(String group, Lane lane, String lock) {
        return slots(group, lane, lock) * 2L - inFlight(group, lane);
    }

    private int slots(String group, Lane lane, String lock) {
        return jdbi.withHandle(
                handle -> {
                    var slots =
                            handle.createQuery(
                                            "select slots from lane where worker_group = :group and lane = :lane for "
                                                    + lock)
                                    .bind("group", group)
                                    .bind("lane", lane)
                                    .mapTo(Integer.class)
                                    .findOne();
                    if (slots.isPresent()) {
                        return slots.get();
                    }
                    handle.execute(
                            "insert into lane (worker_group, lane, slots) values (?, ?, ?) on conflict do nothing",
                            group,
                            lane,
                            UNKNOWN_SLOTS);
                    return slots(group, lane, lock);
                });
    }

    private long inFlight(String group, Lane lane) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "select count(*) from operation where worker_group = :group and lane = :lane"
                                                + " and attempt > 0 and finished_at is null")
                                .bind("group", group)
                                .bind("lane", lane)
                                .mapTo(Long.class)
                                .one());
    }
}
