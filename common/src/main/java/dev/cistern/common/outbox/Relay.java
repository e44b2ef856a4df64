package dev.cistern.common.outbox;

import dev.cistern.common.crash.CrashPoints;
import dev.cistern.common.message.Json;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jboss.logging.Logger;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

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

    /** How long a topic may keep the others waiting before it is let be. */
    private static final long MAX_BLOCK_MILLIS = 2_000;

    /** How long it is let be, at first and at most. */
    private static final Duration SHORTEST_HOLD = Duration.ofSeconds(1);

    private static final Duration LONGEST_HOLD = Duration.ofSeconds(30);

    private final String name;
    private final Jdbi jdbi;
    private final Producer<String, byte[]> producer;
    private final Semaphore nudges = new Semaphore(0);
    private final Map<String, Hold> holds = new HashMap<>();
    private final Thread thread;
    private volatile boolean closed;
    private volatile long lastRoundNanos = System.nanoTime();

    /** A topic that does not take messages is let be for this long, until then. */
    private record Hold(Duration length, long until) {
        static Hold after(@Nullable Hold before) {
            var length = before == null ? SHORTEST_HOLD : before.length.multipliedBy(2);
            var bounded = length.compareTo(LONGEST_HOLD) < 0 ? length : LONGEST_HOLD;
            return new Hold(bounded, System.nanoTime() + bounded.toNanos());
        }

        boolean lasts() {
            return System.nanoTime() - until < 0;
        }
    }

    /**
     * A relay, not yet started.
     *
     * @param name of the schema; the advisory lock is drawn from it
     * @param jdbi connections outside of any transaction
     * @param kafka configuration of Kafka clients
     */
    public Relay(String name, Jdbi jdbi, Map<String, Object> kafka) {
        this.name = name;
        this.jdbi = jdbi;
        this.producer = producer(kafka);
        this.thread = Thread.ofPlatform().name(name + "-relay").daemon().unstarted(this::run);
    }

    /**
     * Idempotent, acks=all, and without a delivery timeout: an order given up would let a later
     * message overtake.
     */
    private static Producer<String, byte[]> producer(Map<String, Object> kafka) {
        var config = new HashMap<>(kafka);
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, MAX_BLOCK_MILLIS);
        config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        return new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer());
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
        producer.close(Duration.ofSeconds(1));
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
        var outcome = send(rows);
        CrashPoints.at("outbox-send");
        handle.createUpdate("delete from outbox where sequence = any(:sequences)")
                .bind("sequences", outcome.sent().toArray(Long[]::new))
                .execute();
        CrashPoints.at("outbox-delete");
        outcome.refused().forEach((row, why) -> putAside(handle, row, why));
        return rows.size();
    }

    private List<Row> oldest(Handle handle) {
        var held = holds.keySet().stream().filter(this::held).toArray(String[]::new);
        return handle.createQuery(
                        "select sequence, topic, key, headers::text as headers, payload from outbox"
                                + " where refused is null and not topic = any(:held)"
                                + " order by sequence limit "
                                + BATCH)
                .bind("held", held)
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

    /** What became of the rows of a round; those in neither stay for a later one. */
    private record Outcome(List<Long> sent, Map<Row, Throwable> refused) {}

    private Outcome send(List<Row> rows) throws InterruptedException {
        var pending = new LinkedHashMap<Row, Future<RecordMetadata>>();
        for (var row : rows) {
            if (!held(row.topic())) {
                var sending = producer.send(row.toRecord());
                pending.put(row, sending);
                var why = failedAtOnce(sending);
                if (why != null && !hopeless(why)) {
                    hold(row, why);
                }
            }
        }
        var outcome = new Outcome(new ArrayList<>(), new LinkedHashMap<>());
        for (var entry : pending.entrySet()) {
            await(entry.getKey(), entry.getValue(), outcome);
        }
        return outcome;
    }

    /** Kafka's futures answer {@code get} only. */
    private static @Nullable Throwable failedAtOnce(Future<RecordMetadata> sending)
            throws InterruptedException {
        if (!sending.isDone()) {
            return null;
        }
        try {
            sending.get();
            return null;
        } catch (ExecutionException e) {
            return e.getCause();
        }
    }

    private void await(Row row, Future<RecordMetadata> sending, Outcome outcome)
            throws InterruptedException {
        try {
            sending.get();
            holds.remove(row.topic());
            outcome.sent().add(row.sequence());
        } catch (ExecutionException e) {
            if (hopeless(e.getCause())) {
                outcome.refused().put(row, e.getCause());
            } else {
                hold(row, e.getCause());
            }
        }
    }

    /** Whether the message is the reason, so that it fails on every broker and at any time. */
    private static boolean hopeless(@Nullable Throwable failure) {
        return failure instanceof RecordTooLargeException
                || failure instanceof InvalidTopicException;
    }

    private boolean held(String topic) {
        var hold = holds.get(topic);
        return hold != null && hold.lasts();
    }

    private void hold(Row row, @Nullable Throwable why) {
        if (!held(row.topic())) {
            holds.compute(row.topic(), (_, before) -> Hold.after(before));
            LOG.warnf("%s relay: %s does not take messages: %s", name, row.topic(), why);
        }
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
