package dev.cistern.partner;

import dev.cistern.common.message.CommandMessage;
import dev.cistern.common.message.Control;
import dev.cistern.common.message.Heartbeat;
import dev.cistern.common.message.InternalEvent;
import dev.cistern.common.message.Json;
import dev.cistern.common.message.Owner;
import dev.cistern.common.message.Result;
import dev.cistern.common.message.ResultMessage;
import dev.cistern.common.message.Topics;
import dev.cistern.common.outbox.OutboxMessage;
import dev.cistern.common.problem.Problem;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.embedded.TestServers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Where workers and the other service are played. A worker of the group {@link #GROUP} is alive all
 * the time: it beats each second and speaks of what it has taken and not answered.
 */
public final class Stage {
    /** The group that has a worker. */
    public static final String GROUP = "played";

    /** A group that no worker belongs to: its commands stay in the database. */
    public static final String ASLEEP = "asleep";

    private static final String BABBLE = "babble";
    private static final Heartbeat.Slots METADATA = new Heartbeat.Slots(64, 64);
    private static final Heartbeat.Slots BULK = new Heartbeat.Slots(4, 4);

    private static final class Shared {
        static final Stage STAGE = new Stage(TestServers.shared().bootstrapServers());
    }

    private final UUID incarnation = UUID.randomUUID();
    private final KafkaProducer<String, byte[]> producer;
    private final Tape tape;
    private final Map<UUID, Heartbeat.Running> inHand = new ConcurrentHashMap<>();

    private Stage(String kafka) {
        producer =
                new KafkaProducer<>(
                        Map.<String, Object>of("bootstrap.servers", kafka, "linger.ms", "0"),
                        new StringSerializer(),
                        new ByteArraySerializer());
        tape = new Tape(kafka);
        var _ =
                Executors.newSingleThreadScheduledExecutor(
                                Thread.ofPlatform().name("heart").daemon().factory())
                        .scheduleAtFixedRate(this::beat, 0, 1, TimeUnit.SECONDS);
    }

    /** The one stage of this JVM; the worker on it begins to live. */
    public static Stage shared() {
        return Shared.STAGE;
    }

    private void beat() {
        heartbeat("player", List.of(GROUP), Instant.now());
    }

    /** A sign of life of some worker. */
    public void heartbeat(String worker, List<String> groups, Instant at) {
        var running =
                "player".equals(worker)
                        ? List.copyOf(inHand.values())
                        : List.<Heartbeat.Running>of();
        var beat = new Heartbeat(worker, incarnation, groups, "1.0", at, METADATA, BULK, running);
        send(Topics.HEARTBEATS, worker, "Heartbeat", UUID.randomUUID().toString(), beat, null);
    }

    /** A worker takes the command of an operation. */
    public CommandMessage take(UUID operation) {
        return take(operation, 1);
    }

    /** A worker takes the command of an operation in a certain attempt. */
    public CommandMessage take(UUID operation, int attempt) {
        var command =
                tape.await(
                        "attempt %d of operation %s".formatted(attempt, operation),
                        CommandMessage.class,
                        message ->
                                message.operation().equals(operation)
                                        && message.attempt() == attempt);
        speakOf(command, "working", 0, 0);
        return command;
    }

    /** A worker takes the first command that is so. */
    public CommandMessage take(String what, Predicate<CommandMessage> which) {
        var command = tape.await(what, CommandMessage.class, which);
        speakOf(command, "working", 0, 0);
        return command;
    }

    /** The next heartbeats tell how far the worker is with it. */
    public void speakOf(CommandMessage command, String stage, long done, long total) {
        inHand.put(
                command.operation(),
                new Heartbeat.Running(
                        command.operation(),
                        command.attempt(),
                        command.owner(),
                        stage,
                        done,
                        total));
        beat();
    }

    /** The next heartbeats tell where a client has its part in it. */
    public void serve(CommandMessage command, String url) {
        inHand.put(
                command.operation(),
                new Heartbeat.Running(
                        command.operation(),
                        command.attempt(),
                        command.owner(),
                        "downloading",
                        0,
                        0,
                        url));
        beat();
    }

    /** A worker that has taken a command is never heard of again. */
    public void forsake(CommandMessage command) {
        inHand.remove(command.operation());
    }

    /** A worker reports; more than once if asked for, always under the same id. */
    public void answer(CommandMessage command, Result result) {
        var message =
                new ResultMessage(
                        command.operation(),
                        command.attempt(),
                        command.owner(),
                        "player",
                        Instant.now(),
                        command.traceparent(),
                        result);
        send(
                Topics.RESULTS,
                command.operation().toString(),
                result.getClass().getSimpleName(),
                message.id(),
                message,
                command.owner());
        if (!(result instanceof Result.PoolScanPage)) {
            inHand.remove(command.operation());
        }
    }

    /** A worker reports a failure. */
    public void fail(CommandMessage command, ProblemCode code) {
        answer(command, new Result.CommandFailed(Problem.of(code, "played: " + code.code())));
    }

    /** The same command as if it had been sent in another attempt. */
    public static CommandMessage attempt(CommandMessage command, int attempt) {
        return new CommandMessage(
                command.operation(),
                attempt,
                command.owner(),
                command.traceparent(),
                command.command());
    }

    /** The other service speaks; returns the id of the message. */
    public String say(InternalEvent event) {
        var id = UUID.randomUUID().toString();
        sayAgain(event, id);
        return id;
    }

    /** The other service's words are delivered once more. */
    public void sayAgain(InternalEvent event, String id) {
        send(
                Topics.INTERNAL,
                event.poolId().toString(),
                event.getClass().getSimpleName(),
                id,
                event,
                null);
    }

    /** Waits for a word of the service under test. */
    public <T extends InternalEvent> T heard(Class<T> type, Predicate<T> which) {
        return tape.await(type.getSimpleName(), type, which);
    }

    /** Waits for a word to all workers. */
    public <T extends Control> T told(Class<T> type, Predicate<T> which) {
        return tape.await(type.getSimpleName(), type, which);
    }

    /** Words that were said so far. */
    public <T extends InternalEvent> List<T> allHeard(Class<T> type, Predicate<T> which) {
        return tape.all(type, which);
    }

    /** Waits for the word to all workers to let go of an operation. */
    public void awaitCancel(UUID operation) {
        tape.await(
                "cancel of " + operation,
                Control.CancelOperation.class,
                cancel -> cancel.operation().equals(operation));
    }

    /** Commands of an operation that were sent so far. */
    public List<CommandMessage> commands(UUID operation) {
        return tape.all(CommandMessage.class, message -> message.operation().equals(operation));
    }

    /** The public events of a resource so far, in the order heard. */
    public List<PublicEvent> events(String subject) {
        return tape.of(Topics.EVENTS).stream()
                .map(PublicEvent::of)
                .filter(event -> event.subject().equals(subject))
                .toList();
    }

    /** All public events so far. */
    public List<PublicEvent> events() {
        return tape.of(Topics.EVENTS).stream().map(PublicEvent::of).toList();
    }

    /** Why messages were laid aside as dead so far, but for what was babble. */
    public List<String> deadLetters() {
        return tape.of(Topics.DEAD_LETTERS).stream()
                .filter(message -> !BABBLE.equals(message.key()))
                .map(message -> Tape.header(message, "cistern-reason"))
                .toList();
    }

    /** Says something on a topic that nobody can understand, to an owner. */
    @SuppressWarnings("NullAway") // a record may come without a value
    public void babble(String topic, Owner owner, @Nullable String words) {
        var bytes = words == null ? null : words.getBytes(StandardCharsets.UTF_8);
        var out = new ProducerRecord<>(topic, BABBLE, bytes);
        out.headers().add(ResultMessage.OWNER, owner.name().getBytes(StandardCharsets.UTF_8));
        sent(out);
    }

    private void send(
            String topic,
            String key,
            String type,
            String id,
            Object message,
            @Nullable Owner owner) {
        var headers = new LinkedHashMap<String, String>();
        headers.put(OutboxMessage.ID, id);
        headers.put(OutboxMessage.TYPE, type);
        if (owner != null) {
            headers.put(ResultMessage.OWNER, owner.name());
        }
        var out = new ProducerRecord<>(topic, key, Json.bytes(message));
        headers.forEach(
                (name, value) -> out.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
        sent(out);
    }

    private void sent(ProducerRecord<String, byte[]> message) {
        try {
            producer.send(message).get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }
}
