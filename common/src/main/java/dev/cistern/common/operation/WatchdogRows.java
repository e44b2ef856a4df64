package dev.cistern.common.operation;

import dev.cistern.common.message.Lane;
import dev.cistern.common.operation.Fleet.Road;
import dev.cistern.common.operation.Watchdog.InFlight;
import dev.cistern.common.operation.Watchdog.Overdue;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;

/** What the watchdog reads and writes of the operations. */
final class WatchdogRows {
    private final Jdbi jdbi;

    WatchdogRows(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    List<InFlight> inFlight() {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "select id, attempt, attempts_before, worker_group, lane from operation"
                                                + " where attempt > attempts_before and finished_at is null"
                                                + " and state <> 'CANCELLING'")
                                .map(
                                        (row, _) ->
                                                new InFlight(
                                                        row.getObject("id", UUID.class),
                                                        row.getInt("attempt"),
                                                        row.getInt("attempts_before"),
                                                        row.getString("worker_group"),
                                                        Lane.valueOf(row.getString("lane"))))
                                .list());
    }

    void progress(ProgressNotes.Note note, String worker) {
        var running = note.running();
        jdbi.useHandle(
                handle ->
                        handle.createUpdate(
                                        "update operation set state = case when state = 'QUEUED' then 'RUNNING' else state end,"
                                                + " worker = :worker, stage = :stage, bytes_done = :done, bytes_total = :total, bytes_per_second = :pace,"
                                                + " started_at = coalesce(started_at, now()), updated_at = now()"
                                                + " where id = :id and :attempt > attempts_before and state in ('QUEUED', 'RUNNING')")
                                .bind("id", running.operation())
                                .bind("attempt", running.attempt())
                                .bind("worker", worker)
                                .bind("stage", running.stage())
                                .bind("done", running.bytesDone())
                                .bind("total", running.bytesTotal())
                                .bind("pace", note.bytesPerSecond())
                                .execute());
    }

    /**
     * Lets a second pass on the running clock and returns what is past its deadline by it. Of
     * several processes that do so within a second, one has its way.
     */
    List<Overdue> advanceClock() {
        return jdbi.withHandle(
                handle -> {
                    handle.execute(
                            "update running_clock set seconds = seconds + 1, ticked_at = now()"
                                    + " where ticked_at <= now() - interval '0.9 seconds'"
                                    + " or ticked_at > now() + interval '1 minute'");
                    return handle.createQuery(
                                    "select id, deadline from operation where finished_at is null and settles is null"
                                            + " and state <> 'CANCELLING'"
                                            + " and deadline_at < (select seconds from running_clock)")
                            .map(
                                    (row, _) ->
                                            new Overdue(
                                                    row.getObject("id", UUID.class),
                                                    row.getLong("deadline")))
                            .list();
                });
    }

    List<UUID> cancellingLongerThan(Duration age) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "select id from operation where state = 'CANCELLING'"
                                                + " and updated_at < now() - make_interval(secs => :age)")
                                .bind("age", age.toSeconds())
                                .mapTo(UUID.class)
                                .list());
    }

    List<UUID> firstInLine() {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "select o.id from operation o where o.state = 'WAITING' and not exists ("
                                                + "select from claim mine join claim theirs on theirs.resource = mine.resource"
                                                + " and theirs.sequence < mine.sequence and (theirs.exclusive or mine.exclusive)"
                                                + " where mine.operation = o.id) order by o.sequence limit 100")
                                .mapTo(UUID.class)
                                .list());
    }

    /** Lanes with operations that are ready, not sent, and have been so for some seconds. */
    List<Road> readyRoads() {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "select distinct worker_group, lane from operation where state = 'QUEUED'"
                                                + " and attempt = attempts_before and finished_at is null"
                                                + " and updated_at < now() - interval '5 seconds'")
                                .map(
                                        (row, _) ->
                                                new Road(
                                                        row.getString("worker_group"),
                                                        Lane.valueOf(row.getString("lane"))))
                                .list());
    }
}
