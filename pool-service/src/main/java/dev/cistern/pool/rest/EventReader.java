package dev.cistern.pool.rest;

import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.cistern.common.inbox.Delivery;
import dev.cistern.common.message.Topics;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;

/** Reads public events from Kafka at a cursor, outside of any consumer group. */
final class EventReader {
    private static final Duration ANSWER = Duration.ofSeconds(5);
    private static final Duration POLL = Duration.ofMillis(250);

    private final Map<String, Object> config;

    EventReader(Map<String, Object> kafka) {
        config = new HashMap<>(kafka);
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) ANSWER.toMillis());
        config.remove(ConsumerConfig.GROUP_ID_CONFIG);
    }

    /** Some events and where to go on. */
    record Events(List<CloudEvent> items, String cursor) {}

    /** A CloudEvents 1.0 event in JSON. */
    record CloudEvent(
            String specversion,
            String id,
            String source,
            String type,
            String subject,
            String time,
            String sequence,
            @Nullable String traceparent,
            @JsonRawValue String data) {

        static CloudEvent of(ConsumerRecord<String, byte[]> message) {
            return new CloudEvent(
                    attribute(message, "specversion"),
                    attribute(message, "id"),
                    attribute(message, "source"),
                    attribute(message, "type"),
                    attribute(message, "subject"),
                    attribute(message, "time"),
                    attribute(message, "sequence"),
                    Delivery.header(message, "ce_traceparent"),
                    new String(message.value(), StandardCharsets.UTF_8));
        }

        private static String attribute(ConsumerRecord<String, byte[]> message, String name) {
            return Objects.toString(Delivery.header(message, "ce_" + name), "");
        }
    }

    /**
     * Events from the cursor on, oldest first; waits for the first one no longer than {@code wait}.
     */
    Events read(EventCursor cursor, int limit, Duration wait) {
        try (var consumer =
                new KafkaConsumer<>(
                        config, new StringDeserializer(), new ByteArrayDeserializer())) {
            var partitions =
                    consumer.partitionsFor(Topics.EVENTS, ANSWER).stream()
                            .map(found -> new TopicPartition(found.topic(), found.partition()))
                            .toList();
            seek(consumer, partitions, cursor);
            return collect(consumer, partitions, limit, wait);
        } catch (KafkaException e) {
            throw new ProblemException(
                    ProblemCode.UNAVAILABLE, "Kafka does not answer: " + e.getMessage());
        }
    }

    private static void seek(
            Consumer<?, ?> consumer, Collection<TopicPartition> partitions, EventCursor cursor) {
        consumer.assign(partitions);
        var kept = consumer.beginningOffsets(partitions);
        var ends = consumer.endOffsets(partitions);
        for (var partition : partitions) {
            var oldest = kept.getOrDefault(partition, 0L);
            var wanted = cursor.offsets().getOrDefault(partition.partition(), oldest);
            consumer.seek(
                    partition, Math.clamp(wanted, oldest, ends.getOrDefault(partition, oldest)));
        }
    }

    private static Events collect(
            Consumer<String, byte[]> consumer,
            List<TopicPartition> partitions,
            int limit,
            Duration wait) {
        var found = new EventMerge(partitions.stream().map(TopicPartition::partition).toList());
        var deadline = System.nanoTime() + wait.toNanos();
        while (true) {
            var ends = consumer.endOffsets(partitions);
            partitions.forEach(
                    each ->
                            found.read(
                                    each.partition(),
                                    consumer.position(each),
                                    ends.getOrDefault(each, 0L)));
            if (found.enough(limit) && (!found.isEmpty() || System.nanoTime() >= deadline)) {
                var page = found.take(limit);
                return new Events(page.stream().map(CloudEvent::of).toList(), found.rest().text());
            }
            consumer.poll(POLL).forEach(found::add);
        }
    }
}
