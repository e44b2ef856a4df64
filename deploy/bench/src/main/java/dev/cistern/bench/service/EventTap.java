package dev.cistern.bench.service;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads the public events as a subscriber does, and knows which volumes have been created: an event
 * is there only after the completion was committed.
 */
final class EventTap implements AutoCloseable {
    private static final String TOPIC = "cistern.events";
    private static final String CREATED = "dev.cistern.volume.created.v1";

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Thread thread;
    private final Set<String> created = new HashSet<>();
    private volatile boolean closed;

    /** Events from now on. */
    EventTap(String kafka) {
        consumer =
                new KafkaConsumer<>(
                        Map.of(
                                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                                kafka,
                                ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                                5000),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer());
        var partitions =
                consumer.partitionsFor(TOPIC).stream()
                        .map(found -> new TopicPartition(TOPIC, found.partition()))
                        .toList();
        consumer.assign(partitions);
        consumer.seekToEnd(partitions);
        partitions.forEach(consumer::position);
        thread = Thread.ofPlatform().name("events").daemon().start(this::read);
    }

    private void read() {
        while (!closed) {
            for (var message : consumer.poll(Duration.ofMillis(100))) {
                take(message);
            }
        }
        consumer.close();
    }

    private synchronized void take(ConsumerRecord<byte[], byte[]> message) {
        var type = message.headers().lastHeader("ce_type");
        var subject = message.headers().lastHeader("ce_subject");
        if (type != null
                && subject != null
                && new String(type.value(), StandardCharsets.UTF_8).equals(CREATED)
                && created.add(new String(subject.value(), StandardCharsets.UTF_8))) {
            notifyAll();
        }
    }

    /** How many volumes have been created since the start. */
    synchronized int created() {
        return created.size();
    }

    /** Waits until so many volumes have been created since the start. */
    synchronized void await(int count) throws InterruptedException {
        var stalledAt = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        for (var before = created.size(); created.size() < count; ) {
            TimeUnit.MILLISECONDS.timedWait(this, 1000);
            if (created.size() > before) {
                before = created.size();
                stalledAt = System.nanoTime() + Duration.ofMinutes(2).toNanos();
            } else if (System.nanoTime() - stalledAt > 0) {
                throw new BenchException(
                        "%d of %d events came, and none for two minutes".formatted(before, count));
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            thread.join(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
