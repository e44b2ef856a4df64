package dev.cistern.common.testing;

import dev.cistern.common.message.TopicCatalog;
import dev.cistern.embedded.TestServers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** A topic of one partition on a real broker, under a name of its own. */
public record Topic(String name) {
    /** How every test makes the topics of an installation, which all tests have in common. */
    public static final TopicCatalog.Settings OF_INSTALLATION =
            new TopicCatalog.Settings(3, (short) -1, true);

    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** A topic that is there. */
    public static Topic create() throws Exception {
        var topic = absent();
        topic.make();
        return topic;
    }

    /** A topic that is not there yet. */
    public static Topic absent() {
        return new Topic("test." + UUID.randomUUID());
    }

    /** Makes it. */
    public void make() throws Exception {
        try (var admin = Admin.create(kafka())) {
            admin.createTopics(List.of(new NewTopic(name, Optional.of(1), Optional.empty())))
                    .all()
                    .get();
        }
    }

    /** Configuration of clients of the broker. */
    public static Map<String, Object> kafka() {
        return Map.of("bootstrap.servers", TestServers.shared().bootstrapServers());
    }

    /** What is in it from the start, once {@code atLeast} messages are there. */
    public List<ConsumerRecord<String, byte[]>> read(int atLeast) {
        var config = new HashMap<>(kafka());
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        try (var consumer =
                new KafkaConsumer<>(
                        config, new StringDeserializer(), new ByteArrayDeserializer())) {
            var partition = new TopicPartition(name, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            var records = new ArrayList<ConsumerRecord<String, byte[]>>();
            var deadline = System.nanoTime() + LIMIT.toNanos();
            while (records.size() < atLeast
                    || consumer.position(partition) < end(consumer, partition)) {
                if (System.nanoTime() - deadline > 0) {
                    throw new AssertionError(
                            "%d of %d messages within %s"
                                    .formatted(records.size(), atLeast, LIMIT));
                }
                consumer.poll(Duration.ofMillis(100)).records(partition).forEach(records::add);
            }
            return records;
        }
    }

    private static long end(Consumer<?, ?> consumer, TopicPartition partition) {
        return Objects.requireNonNull(consumer.endOffsets(List.of(partition)).get(partition));
    }

    /** The contents, in order. */
    public List<String> texts(int atLeast) {
        return read(atLeast).stream()
                .map(message -> new String(message.value(), StandardCharsets.UTF_8))
                .toList();
    }
}
