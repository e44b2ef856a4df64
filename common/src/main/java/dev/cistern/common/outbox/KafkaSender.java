package dev.cistern.common.outbox;

import dev.cistern.common.message.Json;
import dev.cistern.common.trace.Traces;
import io.opentelemetry.api.trace.SpanKind;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Sends rows of the outbox and tells what became of each; used by one thread. */
final class KafkaSender implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(KafkaSender.class);

    /** How long a topic may keep the others waiting before it is let be. */
    private static final long MAX_BLOCK_MILLIS = 2_000;

    /** How long it is let be, at first and at most. */
    private static final Duration SHORTEST_HOLD = Duration.ofSeconds(1);

    private static final Duration LONGEST_HOLD = Duration.ofSeconds(30);

    private static final String TRACEPARENT = "traceparent";

    /** Longer than a round takes to hand over, so that the rows of a round go in few requests. */
    private static final int LINGER_MILLIS = 5;

    /** CloudEvents' Distributed Tracing extension: the trace in which the event came about. */
    private static final String OF_EVENT = "ce_traceparent";

    private final String name;
    private final Producer<String, byte[]> producer;
    private final Traces traces;
    private final Map<String, Hold> holds = new HashMap<>();

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

    /** A sender to the cluster that {@code kafka} describes. */
    KafkaSender(String name, Map<String, Object> kafka, Traces traces) {
        this.name = name;
        this.traces = traces;
        this.producer = producer(kafka);
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
        config.put(ProducerConfig.LINGER_MS_CONFIG, LINGER_MILLIS);
        return new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer());
    }

    /** What became of the rows of a round; those in neither stay for a later one. */
    record Outcome(List<Long> sent, Map<Row, Throwable> refused) {}

    /**
     * Sends in the order given and waits for the broker. A row of a topic that does not take
     * messages holds back those of the same topic behind it.
     */
    Outcome send(List<Row> rows) throws InterruptedException {
        var pending = new LinkedHashMap<Row, Future<RecordMetadata>>();
        for (var row : rows) {
            if (!held(row.topic())) {
                var sending = send(row);
                pending.put(row, sending);
                var why = failedAtOnce(sending);
                if (why != null && !hopeless(why)) {
                    hold(row, why);
                }
            }
        }
        flush();
        var outcome = new Outcome(new ArrayList<>(), new LinkedHashMap<>());
        for (var entry : pending.entrySet()) {
            await(entry.getKey(), entry.getValue(), outcome);
        }
        return outcome;
    }

    /** Has all go now that was handed over, and waits for the broker. */
    private void flush() throws InterruptedException {
        try {
            producer.flush();
        } catch (InterruptException e) {
            throw (InterruptedException) new InterruptedException().initCause(e);
        }
    }

    private Future<RecordMetadata> send(Row row) {
        var record = row.toRecord();
        var before = record.headers().lastHeader(TRACEPARENT);
        before = before == null ? record.headers().lastHeader(OF_EVENT) : before;
        if (before == null) {
            return producer.send(record);
        }
        var step =
                traces.begin(
                                SpanKind.PRODUCER,
                                "send " + row.topic(),
                                new String(before.value(), StandardCharsets.UTF_8))
                        .with("messaging.system", "kafka")
                        .with("messaging.destination.name", row.topic());
        var traceparent = String.valueOf(step.traceparent());
        record.headers()
                .remove(TRACEPARENT)
                .add(TRACEPARENT, traceparent.getBytes(StandardCharsets.UTF_8));
        return producer.send(
                record,
                (_, failure) -> {
                    if (failure != null) {
                        step.failed(String.valueOf(failure.getMessage()));
                    }
                    step.close();
                });
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

    /** Topics that are let be for now. */
    String[] held() {
        return holds.keySet().stream().filter(this::held).toArray(String[]::new);
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(1));
    }

    /** A row of the outbox. */
    record Row(long sequence, String topic, String key, String headers, String payload) {
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
