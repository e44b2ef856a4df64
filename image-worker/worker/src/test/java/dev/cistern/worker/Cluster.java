package dev.cistern.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.CommandMessage;
import dev.cistern.common.message.Control;
import dev.cistern.common.message.Heartbeat;
import dev.cistern.common.message.Json;
import dev.cistern.common.message.Lane;
import dev.cistern.common.message.Owner;
import dev.cistern.common.message.Result;
import dev.cistern.common.message.ResultMessage;
import dev.cistern.common.message.TopicCatalog;
import dev.cistern.common.message.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/** What the services do on Kafka: send commands, read results and heartbeats. */
final class Cluster implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final String bootstrapServers;
    private final Admin admin;
    private final KafkaProducer<String, byte[]> producer;
    private final List<ConsumerRecord<String, byte[]>> results = new ArrayList<>();
    private final List<Heartbeat> heartbeats = new ArrayList<>();
    private @Nullable KafkaConsumer<String, byte[]> consumer;

    Cluster(String bootstrapServers) {
        this.bootstrapServers = bootstrapServers;
        admin = Admin.create(settings());
        producer =
                new KafkaProducer<>(settings(), new StringSerializer(), new ByteArraySerializer());
    }

    Map<String, Object> settings() {
        return Map.of("bootstrap.servers", bootstrapServers);
    }

    /** Makes the topics, as services do when they start, and reads from now on. */
    void createTopics() throws Exception {
        new TopicCatalog(new TopicCatalog.Settings(2, (short) 1, false)).create(admin);
        var reader =
                new KafkaConsumer<>(
                        settings(), new StringDeserializer(), new ByteArrayDeserializer());
        var partitions = new ArrayList<TopicPartition>();
        for (var topic : List.of(Topics.RESULTS, Topics.HEARTBEATS)) {
            reader.partitionsFor(topic)
                    .forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
        }
        reader.assign(partitions);
        reader.seekToEnd(partitions);
        partitions.forEach(reader::position);
        consumer = reader;
    }

    /** Makes the topics of a group, as services do when they hear its first heartbeat. */
    void createGroup(String group) throws Exception {
        new TopicCatalog(new TopicCatalog.Settings(2, (short) 1, false)).createGroup(admin, group);
    }

    void send(String group, UUID operation, int attempt, Command command) throws Exception {
        var message = new CommandMessage(operation, attempt, Owner.VOLUME, "00-ab-cd-01", command);
        sendRaw(group, operation, Json.bytes(message));
    }

    void sendRaw(String group, UUID operation, byte[] message) throws Exception {
        producer.send(
                        new ProducerRecord<>(
                                Topics.commands(group, Lane.METADATA),
                                operation.toString(),
                                message))
                .get();
    }

    void cancel(UUID operation) throws Exception {
        producer.send(
                        new ProducerRecord<>(
                                Topics.CONTROL,
                                "",
                                Json.bytes(new Control.CancelOperation(operation))))
                .get();
    }

    /** Reads what has come since. */
    private void read() throws Exception {
        if (consumer == null) {
            throw new IllegalStateException("no topics yet");
        }
        for (var message : consumer.poll(Duration.ofMillis(100))) {
            if (message.topic().equals(Topics.RESULTS)) {
                results.add(message);
            } else {
                heartbeats.add(Json.read(message.value(), Heartbeat.class));
            }
        }
    }

    /** Messages with results of an operation, of those read so far. */
    List<ConsumerRecord<String, byte[]>> messages(UUID operation) {
        return results.stream().filter(it -> it.key().equals(operation.toString())).toList();
    }

    /** Waits for the first result of an operation. */
    Result await(UUID operation) throws Exception {
        Eventually.that("a result of " + operation, () -> arrived(operation));
        return Json.read(messages(operation).getFirst().value(), ResultMessage.class).result();
    }

    /**
     * Sends a command and waits for its result; as the watchdog does, it sends again what a worker
     * whose lease ran out has dropped.
     */
    Result run(String group, UUID operation, Command command) throws Exception {
        send(group, operation, 1, command);
        return awaitAsWatchdog(group, operation, command);
    }

    /** Waits for the result of a command that was sent once, as the watchdog does. */
    Result awaitAsWatchdog(String group, UUID operation, Command command) throws Exception {
        for (var attempt = 2; attempt < 20 && !arrivesWithin(PATIENCE, operation); attempt++) {
            send(group, operation, attempt, command);
        }
        return await(operation);
    }

    private boolean arrivesWithin(Duration patience, UUID operation) throws Exception {
        var end = System.nanoTime() + patience.toNanos();
        Eventually.that(
                "a result, or the end of patience",
                () -> arrived(operation) || System.nanoTime() - end > 0);
        return arrived(operation);
    }

    /** Whether an operation has a result by now. */
    boolean arrived(UUID operation) throws Exception {
        if (messages(operation).isEmpty()) {
            read();
        }
        return !messages(operation).isEmpty();
    }

    /** Waits for all of these to be reported as created. */
    void awaitCreated(List<UUID> operations) throws Exception {
        for (var operation : operations) {
            assertThat(await(operation)).isInstanceOf(Result.VolumeCreated.class);
        }
    }

    /** Heartbeats of a worker, so far. */
    List<Heartbeat> heartbeats(String worker) throws Exception {
        read();
        return heartbeats.stream().filter(it -> it.worker().equals(worker)).toList();
    }

    @Override
    public void close() {
        admin.close(Duration.ofSeconds(1));
        producer.close(Duration.ofSeconds(1));
        if (consumer != null) {
            consumer.close(CloseOptions.timeout(Duration.ofSeconds(1)));
        }
    }
}
