package dev.cistern.volume;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.CommandMessage;
import dev.cistern.common.message.FileFacts;
import dev.cistern.common.message.Heartbeat;
import dev.cistern.common.message.InternalEvent;
import dev.cistern.common.message.Json;
import dev.cistern.common.message.Lane;
import dev.cistern.common.message.Owner;
import dev.cistern.common.message.Permissions;
import dev.cistern.common.message.PoolFigures;
import dev.cistern.common.message.PoolPlace;
import dev.cistern.common.message.Result;
import dev.cistern.common.message.ResultMessage;
import dev.cistern.common.message.Topics;
import dev.cistern.common.outbox.OutboxMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Plays a worker and pool-service, over the real topics. */
final class Peer implements AutoCloseable {
    static final String GROUP = "tested";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final PoolFigures FIGURES = new PoolFigures(1 << 30, 0, 1 << 30);

    private final KafkaProducer<String, byte[]> producer;
    private final KafkaConsumer<String, byte[]> commands;
    private final KafkaConsumer<String, byte[]> answers;
    private final Deque<CommandMessage> unread = new ArrayDeque<>();
    private final Deque<InternalEvent> heard = new ArrayDeque<>();
    private UUID pool = new UUID(0, 0);

    Peer(String kafka) throws InterruptedException, ExecutionException, IOException {
        producer =
                new KafkaProducer<>(
                        Map.<String, Object>of("bootstrap.servers", kafka),
                        new StringSerializer(),
                        new ByteArraySerializer());
        heartbeat();
        commands = reader(kafka, Topics.commands(GROUP, Lane.METADATA));
        answers = reader(kafka, Topics.INTERNAL);
    }

    /** A sign of life with room for sixteen commands, which makes the group known. */
    void heartbeat() throws InterruptedException, ExecutionException {
        var beat =
                new Heartbeat(
                        "peer",
                        UUID.randomUUID(),
                        List.of(GROUP),
                        "1",
                        Instant.now(),
                        new Heartbeat.Slots(16, 16),
                        new Heartbeat.Slots(2, 2),
                        List.of());
        send(Topics.HEARTBEATS, "peer", "Heartbeat", UUID.randomUUID().toString(), beat, "");
    }

    private KafkaConsumer<String, byte[]> reader(String kafka, String topic)
            throws InterruptedException, ExecutionException, IOException {
        var consumer =
                new KafkaConsumer<>(
                        Map.<String, Object>of(
                                "bootstrap.servers", kafka, "auto.offset.reset", "earliest"),
                        new StringDeserializer(),
                        new ByteArrayDeserializer());
        var deadline = System.nanoTime() + PATIENCE.toNanos();
        while (consumer.listTopics().get(topic) == null) {
            heartbeat();
            if (System.nanoTime() > deadline) {
                throw new IOException("topic " + topic + " was not made");
            }
        }
        consumer.assign(
                consumer.partitionsFor(topic).stream()
                        .map(found -> new TopicPartition(topic, found.partition()))
                        .toList());
        return consumer;
    }

    /**
     * Opens a pool and answers the scan that follows with these files. From then on only what is
     * said of this pool is heard: what earlier tests left unanswered is sent again and again.
     */
    UUID openPool(String name, long allowed, List<FileFacts> files) throws Exception {
        var id = UUID.randomUUID();
        pool = id;
        open(id, name, 1, allowed);
        scanned(files);
        return id;
    }

    void open(UUID id, String name, long epoch, long allowed) throws Exception {
        tell(
                new InternalEvent.PoolOpened(
                        id,
                        UUID.randomUUID(),
                        name,
                        "default",
                        GROUP,
                        new PoolPlace(id, new UUID(1, 1), epoch, "/pools/" + name),
                        FIGURES,
                        allowed));
    }

    /**
     * Takes the next command, which must be a scan, and answers it; returns what was told of it.
     */
    InternalEvent.PoolInventoried scanned(List<FileFacts> files) throws Exception {
        var scan = next(Command.ScanPool.class);
        if (!files.isEmpty()) {
            result(scan, new Result.PoolScanPage(0, files));
        }
        result(scan, new Result.PoolScanned(files.isEmpty() ? 0 : 1, FIGURES));
        return answer(InternalEvent.PoolInventoried.class);
    }

    void tell(InternalEvent event) throws Exception {
        send(
                Topics.INTERNAL,
                event.poolId().toString(),
                event.getClass().getSimpleName(),
                UUID.randomUUID().toString(),
                event,
                "");
    }

    void result(CommandMessage command, Result result) throws Exception {
        var message =
                new ResultMessage(
                        command.operation(),
                        command.attempt(),
                        Owner.VOLUME,
                        "peer",
                        Instant.now(),
                        null,
                        result);
        send(
                Topics.RESULTS,
                command.operation().toString(),
                result.getClass().getSimpleName(),
                message.id(),
                message,
                Owner.VOLUME.name());
    }

    private void send(
            String topic, String key, String type, String id, Object message, String owner)
            throws InterruptedException, ExecutionException {
        var out = new ProducerRecord<>(topic, key, Json.bytes(message));
        out.headers().add(OutboxMessage.ID, id.getBytes(StandardCharsets.UTF_8));
        out.headers().add(OutboxMessage.TYPE, type.getBytes(StandardCharsets.UTF_8));
        if (!owner.isEmpty()) {
            out.headers().add(ResultMessage.OWNER, owner.getBytes(StandardCharsets.UTF_8));
        }
        producer.send(out).get();
    }

    /** The next command, which must be of this kind. */
    CommandMessage next(Class<? extends Command> kind) throws IOException {
        var deadline = System.nanoTime() + PATIENCE.toNanos();
        while (unread.isEmpty()) {
            for (var message : commands.poll(Duration.ofMillis(200))) {
                var command = Json.read(message.value(), CommandMessage.class);
                if (command.command().pool().poolId().equals(pool) && command.attempt() == 1) {
                    unread.add(command);
                }
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError("no " + kind.getSimpleName() + " came");
            }
        }
        var command = unread.remove();
        if (!kind.isInstance(command.command())) {
            throw new AssertionError(command + " came, not a " + kind.getSimpleName());
        }
        return command;
    }

    /** The next word of this kind that volume-service says. */
    <T extends InternalEvent> T answer(Class<T> kind) throws IOException {
        var deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            for (var message : answers.poll(Duration.ofMillis(200))) {
                var event = Json.read(message.value(), InternalEvent.class);
                if (event.poolId().equals(pool)) {
                    heard.add(event);
                }
            }
            while (!heard.isEmpty()) {
                var event = heard.remove();
                if (kind.isInstance(event)) {
                    return kind.cast(event);
                }
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError("no " + kind.getSimpleName() + " was said");
            }
        }
    }

    /** A file as a worker sees it. */
    static FileFacts file(String name, long capacity, long inode) {
        return new FileFacts(
                name,
                "qcow2",
                capacity,
                196_608,
                null,
                null,
                inode,
                196_608,
                Instant.EPOCH,
                new Permissions(0, 0, 0600),
                null);
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(1));
        commands.close();
        answers.close();
    }
}
