package dev.cistern.flow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** The public events as any subscriber reads them. */
final class EventLog {
    private static final ObjectMapper JSON = new ObjectMapper();

    private EventLog() {}

    /** One event; copies of it are one. */
    record Event(String id, String type, String subject, long sequence, JsonNode data) {}

    /** All events that there are, each id once, oldest first within a subject. */
    static List<Event> read(String kafka) throws IOException {
        var events = new LinkedHashMap<String, Event>();
        try (var consumer =
                new KafkaConsumer<>(
                        Map.of(
                                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                                kafka,
                                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                                "earliest"),
                        new StringDeserializer(),
                        new ByteArrayDeserializer())) {
            var partitions =
                    consumer.partitionsFor("cistern.events").stream()
                            .map(found -> new TopicPartition(found.topic(), found.partition()))
                            .toList();
            consumer.assign(partitions);
            var ends = consumer.endOffsets(partitions);
            while (partitions.stream()
                    .anyMatch(each -> consumer.position(each) < ends.getOrDefault(each, 0L))) {
                for (var message : consumer.poll(Duration.ofSeconds(1))) {
                    var event = event(message);
                    events.putIfAbsent(event.id(), event);
                }
            }
        }
        return List.copyOf(events.values());
    }

    /** All events of a type. */
    static List<Event> read(String kafka, String type) throws IOException {
        return read(kafka).stream().filter(event -> event.type().equals(type)).toList();
    }

    private static Event event(ConsumerRecord<String, byte[]> message) throws IOException {
        return new Event(
                attribute(message, "id"),
                attribute(message, "type"),
                attribute(message, "subject"),
                Long.parseLong(attribute(message, "sequence")),
                JSON.readTree(message.value()));
    }

    private static String attribute(ConsumerRecord<String, byte[]> message, String name) {
        return Optional.ofNullable(message.headers().lastHeader("ce_" + name))
                .map(header -> new String(header.value(), StandardCharsets.UTF_8))
                .orElseThrow(() -> new AssertionError("an event without ce_" + name));
    }
}
