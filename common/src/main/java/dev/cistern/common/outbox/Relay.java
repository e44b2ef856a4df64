package dev.cistern.common.outbox;

import dev.cistern.common.crash.CrashPoints;
import dev.cistern.common.message.Json;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jboss.logging.Logger;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;

/**
 * Carries the outbox to Kafka in the order written.
 *
 * <p>One relay works at a time on a schema, however many processes run: it holds an advisory lock
 * of PostgreSQL. Rows are deleted once the broker has acknowledged them, so a crash in between
 * sends them again under the same id.
 */
public final class Relay implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Relay.class);

    /** Rows per round; about 500 KiB of commands. */
    private static final int BATCH = 500;

    /** How soon a row is found whose nudge was lost with its process. */
    private static final Duration POLL = Duration.ofMillis(500);

    private final String name;
    private final Jdbi jdbi;
    private final Producer<String, byte[]> producer;
    private final Semaphore nudges = new Semaphore(0);
    private final Thread thread;
    private volatile boolean closed;
    private volatile long lastRoundNanos = System.nanoTime();

    /**
     * A relay, not yet started.
     *
     * @param name of the schema; the advisory lock is drawn from it
     * @param jdbi connections outside of any transaction
     * @param producer idempotent, acks=all, without a delivery timeout: an order given up would let
     *     a later message overtake
     */
    public Relay(String name, Jdbi jdbi, Producer<String, byte[]> producer) {
        this.name = name;
        this.jdbi = jdbi;
        this.producer = producer;
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

    /**
     * Time since the relay last finished a round, which a stopped broker or database makes grow.
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
            if (!thread.join(Duration.ofSeconds(2))) {
                thread.interrupt();
                thread.join(Duration.ofSeconds(2));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (!closed) {
            try (var handle = jdbi.open()) {
                if (holdsLock(handle)) {
                    carry(handle);
                } else {
                    pause();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (JdbiException | SQLException | ExecutionException e) {
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

    private void carry(Handle handle)
            throws InterruptedException, ExecutionException, SQLException {
        try {
            while (!closed) {
                var sent = round(handle);
                lastRoundNanos = System.nanoTime();
                if (sent < BATCH) {
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

    private int round(Handle handle) throws InterruptedException, ExecutionException {
        var rows =
                handle.select(
                                "select sequence, topic, key, headers::text as headers, payload"
                                        + " from outbox order by sequence limit "
                                        + BATCH)
                        .map(
                                (row, _) ->
                                        new Row(
                                                row.getLong("sequence"),
                                                row.getString("topic"),
                                                row.getString("key"),
                                                row.getString("headers"),
                                                row.getString("payload")))
                        .list();
        if (rows.isEmpty()) {
            return 0;
        }
        send(rows);
        CrashPoints.at("outbox-send");
        var sequences = rows.stream().mapToLong(Row::sequence).boxed().toArray(Long[]::new);
        handle.createUpdate("delete from outbox where sequence = any(:sequences)")
                .bind("sequences", sequences)
                .execute();
        CrashPoints.at("outbox-delete");
        return rows.size();
    }

    private void send(List<Row> rows) throws InterruptedException, ExecutionException {
        var pending = new ArrayList<Future<RecordMetadata>>(rows.size());
        for (var row : rows) {
            pending.add(producer.send(row.toRecord()));
        }
        for (var sent : pending) {
            sent.get();
        }
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

    private record Row(long sequence, String topic, String key, String headers, String payload) {
        ProducerRecord<String, byte[]> toRecord() {
            var message =
                    new ProducerRecord<>(topic, key, payload.getBytes(StandardCharsets.UTF_8));
            Map<?, ?> values = Json.readOwn(headers, Map.class);
            values.forEach(
                    (header, value) ->
                            message.headers()
                                    .add(
                                            header.toString(),
                                            value.toString().getBytes(StandardCharsets.UTF_8)));
            return message;
        }
    }
}
