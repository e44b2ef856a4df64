package dev.cistern.embedded;

import static org.apache.kafka.clients.consumer.ConsumerConfig.AUTO_OFFSET_RESET_CONFIG;
import static org.apache.kafka.clients.consumer.ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG;
import static org.apache.kafka.clients.consumer.ConsumerConfig.GROUP_ID_CONFIG;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** What the tests send through a broker and read back. */
final class Messages {
    private static final String TOPIC = "things";
    private static final String OTHER_TOPIC = "many";
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private Messages() {}

    static void createTopics(String servers) throws Exception {
        try (Admin admin = Admin.create(Map.of(BOOTSTRAP_SERVERS_CONFIG, servers))) {
            admin.createTopics(
                            Stream.of(TOPIC, OTHER_TOPIC)
                                    .map(
                                            topic ->
                                                    new NewTopic(
                                                            topic,
                                                            Optional.of(1),
                                                            Optional.empty()))
                                    .toList())
                    .all()
                    .get();
        }
    }

    /** Returns when the broker has acknowledged every message. */
    static void send(String servers, List<String> messages) throws Exception {
        Map<String, Object> settings = Map.of(BOOTSTRAP_SERVERS_CONFIG, servers, "acks", "all");
        try (var producer =
                new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            for (String message : messages) {
                producer.send(new ProducerRecord<>(TOPIC, message)).get();
            }
        }
    }

    /** Sends a megabyte after the other to another topic, acknowledged or not. */
    static void sendUntil(String servers, BooleanSupplier enough) {
        Map<String, Object> settings =
                Map.of(BOOTSTRAP_SERVERS_CONFIG, servers, "linger.ms", 0, "max.block.ms", 100);
        String message = "x".repeat(1_000_000);
        var producer =
                new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
        try {
            long deadline = System.nanoTime() + LIMIT.toNanos();
            while (!enough.getAsBoolean() && System.nanoTime() < deadline) {
                var _ = producer.send(new ProducerRecord<>(OTHER_TOPIC, message));
            }
        } finally {
            producer.close(Duration.ZERO);
        }
    }

    /** Everything from the start of the topic on, as soon as there are as many as expected. */
    static List<String> read(String servers, int expected) {
        Map<String, Object> settings =
                Map.of(
                        BOOTSTRAP_SERVERS_CONFIG,
                        servers,
                        GROUP_ID_CONFIG,
                        UUID.randomUUID().toString(),
                        AUTO_OFFSET_RESET_CONFIG,
                        "earliest");
        try (var consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(TOPIC));
            List<String> messages = new ArrayList<>();
            long deadline = System.nanoTime() + LIMIT.toNanos();
            while (messages.size() < expected && System.nanoTime() < deadline) {
                consumer.poll(Duration.ofMillis(200))
                        .forEach(record -> messages.add(record.value()));
            }
            return messages;
        }
    }

    /** The first message that a new share group is given. */
    static Optional<String> share(String servers, String group) throws Exception {
        shareFromTheStart(servers, group);
        Map<String, Object> settings =
                Map.of(BOOTSTRAP_SERVERS_CONFIG, servers, GROUP_ID_CONFIG, group);
        try (var consumer =
                new KafkaShareConsumer<>(
                        settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(TOPIC));
            long deadline = System.nanoTime() + LIMIT.toNanos();
            while (System.nanoTime() < deadline) {
                for (var record : consumer.poll(Duration.ofMillis(200))) {
                    return Optional.of(record.value());
                }
            }
            return Optional.empty();
        }
    }

    private static void shareFromTheStart(String servers, String group) throws Exception {
        var resource = new ConfigResource(ConfigResource.Type.GROUP, group);
        var earliest =
                new AlterConfigOp(
                        new ConfigEntry("share.auto.offset.reset", "earliest"),
                        AlterConfigOp.OpType.SET);
        try (Admin admin = Admin.create(Map.of(BOOTSTRAP_SERVERS_CONFIG, servers))) {
            admin.incrementalAlterConfigs(Map.of(resource, List.of(earliest))).all().get();
        }
    }
}
