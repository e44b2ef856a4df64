package dev.cistern.common.outbox;

import dev.cistern.common.crash.CrashPoints;
import dev.cistern.common.outbox.KafkaSender.Row;
import dev.cistern.common.trace.Traces;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * Carries the outbox to Kafka in the order written.
 *
 * <p>One relay works at a time on a schema, however many processes run: it holds an advisory lock
 * of PostgreSQL. Rows are deleted once the broker has acknowledged them, so a crash in between, or
 * the loss of the lock with its connection, sends them again under the same id; among first copies
 * the order stands, since each relay starts with the oldest row that is left.
 *
 * <p>What was written under one lock, such as the row of a resource, leaves in that order: sequence
 * numbers are drawn under the lock and seen by all once it is released.
 *
 * <p>A topic that does not take messages holds up no other. A message that no broker would ever
 * take, such as one too large, is put aside in its row, with the reason.
 */
public final class Relay implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Relay.class);

    /** Rows per round; about 500 KiB of commands. */
    private static final int BATCH = 500;

    /** How soon a row is found whose nudge was lost with its process. */
    private static final Duration POLL = Duration.ofMillis(500);

    private final String name;
    private final Jdbi jdbi;
    private final KafkaSender sender;
    private final Semaphore nudges = new Semaphore(0);
    private final Thread thread;
    private volatile boolean closed;
    private volatile long lastRoundNanos = System.nanoTime();

    /**
     * A relay, not yet started.
     *
     * @param name of the schema; the advisory lock is drawn from it
     * @param jdbi connections outside of any transaction
     * @param kafka configuration of Kafka clients
     * @param traces where the spans of messages go
     */
    public Relay(String name, Jdbi jdbi, Map<String, Object> kafka, Traces traces) {
        this.name = name;
        this.jdbi = jdbi;
        this.sender = new KafkaSender(name, kafka, traces);
        this.thread = Thread.ofPlatform().name(name + "-relay").daemon().unstarted(this::run);
    }

    /** Starts carrying. */
    public void start() {
        thread.start();
    }

    /** Wakes the relay; never blocks. */
    public void nudge() {
        if (nudges.availablePermits() == 0) {
            nudges.release();
        }
    }

    /** Whether its thread runs. */
    public boolean alive() {
        return thread.isAlive();
    }

    /**
     * Time since the relay last finished a round, or saw that another process has one at work; a
     * stopped broker or database makes it grow.
     */
    public Duration sinceLastRound() {
        return Duration.ofNanos(System.nanoTime() - lastRoundNanos);
    }

    /** Stops after the round under way, or in the midst of it when the broker does not answer. */
    @Override
    public void close() {
        closed = true;
        nudge();
        try {
            if (thread.isAlive() && !thread.join(Duration.ofSeconds(2))) {
                thread.interrupt();
                thread.join(Duration.ofSeconds(2));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        sender.close();
    }

    private void run() {
        while (!closed) {
            try (var handle = jdbi.open()) {
                if (holdsLock(handle)) {
                    carry(handle);
                } else {
                    lastRoundNanos = System.nanoTime();
                    pause();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (SQLException | RuntimeException e) {
                if (!closed) {
                    LOG.warnf("%s relay: %s; trying again", name, e.getMessage());
                    pauseAfterFailure();
                }
            }
        }
    }

    private boolean holdsLock(Handle handle) {
        return handle.select("select pg_try_advisory_lock(hashtext(?))", name + "-relay")
                .mapTo(Boolean.class)
                .one();
    }

    private void carry(Handle handle) throws InterruptedException, SQLException {
        try {
            while (!closed) {
                var found = round(handle);
                lastRoundNanos = System.nanoTime();
                if (found < BATCH) {
                    pause();
                }
            }
        } finally {
            unlock(handle);
        }
    }

    private void unlock(Handle handle) throws SQLException {
        if (!handle.getConnection().isClosed()) {
            handle.execute("select pg_advisory_unlock(hashtext(?))", name + "-relay");
        }
    }

    private int round(Handle handle) throws InterruptedException {
        var rows = oldest(handle);
        if (rows.isEmpty()) {
            return 0;
        }
        var outcome = sender.send(rows);
        CrashPoints.at("outbox-send");
        handle.createUpdate("delete from outbox where sequence = any(:sequences)")
                .bind("sequences", outcome.sent().toArray(Long[]::new))
                .execute();
        CrashPoints.at("outbox-delete");
        outcome.refused().forEach((row, why) -> putAside(handle, row, why));
        return rows.size();
    }

    private List<Row> oldest(Handle handle) {
        return handle.createQuery(
                        "select sequence, topic, key, headers::text as headers, payload from outbox"
                                + " where refused is null and not topic = any(:held)"
                                + " order by sequence limit "
                                + BATCH)
                .bind("held", sender.held())
                .map(
                        (row, _) ->
                                new Row(
                                        row.getLong("sequence"),
                                        row.getString("topic"),
                                        row.getString("key"),
                                        row.getString("headers"),
                                        row.getString("payload")))
                .list();
    }

    private void putAside(Handle handle, Row row, Throwable why) {
        LOG.errorf(
                "%s relay: row %d of the outbox for %s can never be sent and is put aside: %s",
                name, row.sequence(), row.topic(), why.getMessage());
        handle.createUpdate("update outbox set refused = :why where sequence = :sequence")
                .bind("why", String.valueOf(why.getMessage()))
                .bind("sequence", row.sequence())
                .execute();
    }

    private void pause() throws InterruptedException {
        if (nudges.tryAcquire(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
            nudges.drainPermits();
        }
    }

    private void pauseAfterFailure() {
        try {
            TimeUnit.SECONDS.sleep(1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closed = true;
        }
    }
}
