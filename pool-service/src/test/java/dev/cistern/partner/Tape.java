package dev.cistern.partner;

import dev.cistern.common.inbox.Delivery;
import dev.cistern.common.message.CommandMessage;
import dev.cistern.common.message.Control;
import dev.cistern.common.message.InternalEvent;
import dev.cistern.common.message.Json;
import dev.cistern.common.message.Topics;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** All that is said on the topics that a service writes to, from their beginning on. */
final class Tape implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Duration LOOK_FOR_TOPICS = Duration.ofMillis(500);
    private static final Set<String> LISTENED =
            Set.of(Topics.CONTROL, Topics.INTERNAL, Topics.EVENTS, Topics.DEAD_LETTERS);

    private final KafkaConsumer<String, byte[]> consumer;
    private final List<Heard> heard = new ArrayList<>();
    private final Thread reader = Thread.ofPlatform().name("tape").daemon().unstarted(this::listen);

    /** A message, read as what its topic carries; public events and dead letters stay bytes. */
    record Heard(ConsumerRecord<String, byte[]> message, Object content) {}

    Tape(String kafka) {
        consumer =
                new KafkaConsumer<>(
                        Map.<String, Object>of(
                                "bootstrap.servers", kafka,
                                "auto.offset.reset", "earliest",
                                "allow.auto.create.topics", "false"),
                        new StringDeserializer(),
                        new ByteArrayDeserializer());
        reader.start();
    }

    private void listen() {
        var known = new HashSet<TopicPartition>();
        var lookAt = System.nanoTime();
        try (consumer) {
            while (true) {
                if (System.nanoTime() - lookAt >= 0) {
                    lookForTopics(known);
                    lookAt = System.nanoTime() + LOOK_FOR_TOPICS.toNanos();
                }
                for (var message : consumer.poll(Duration.ofMillis(100))) {
                    record(message);
                }
            }
        } catch (WakeupException _) {
            // The end.
        }
    }

    private void lookForTopics(Set<TopicPartition> known) {
        var before = known.size();
        consumer.listTopics()
                .forEach(
                        (topic, partitions) -> {
                            if (LISTENED.contains(topic) || topic.startsWith("cistern.commands.")) {
                                partitions.forEach(
                                        each ->
                                                known.add(
                                                        new TopicPartition(
                                                                topic, each.partition())));
                            }
                        });
        if (known.size() > before) {
            consumer.assign(known);
        }
    }

    private void record(ConsumerRecord<String, byte[]> message) {
        var content = content(message);
        synchronized (heard) {
            heard.add(new Heard(message, content));
            heard.notifyAll();
        }
    }

    /** What cannot be read is kept as the reason. */
    private static Object content(ConsumerRecord<String, byte[]> message) {
        try {
            return switch (message.topic()) {
                case Topics.EVENTS, Topics.DEAD_LETTERS -> message.value();
                case Topics.CONTROL -> Json.read(message.value(), Control.class);
                case Topics.INTERNAL -> Json.read(message.value(), InternalEvent.class);
                default -> Json.read(message.value(), CommandMessage.class);
            };
        } catch (IOException | RuntimeException e) {
            return e;
        }
    }

    /** Waits for the first message that is so. */
    <T> T await(String what, Class<T> type, Predicate<T> which) {
        var deadline = System.nanoTime() + LIMIT.toNanos();
        var seen = 0;
        synchronized (heard) {
            while (true) {
                for (; seen < heard.size(); seen++) {
                    var content = heard.get(seen).content();
                    if (type.isInstance(content) && which.test(type.cast(content))) {
                        return type.cast(content);
                    }
                }
                var left = deadline - System.nanoTime();
                if (left <= 0) {
                    throw new AssertionError(what + ": not heard within " + LIMIT);
                }
                pause(left);
            }
        }
    }

    private void pause(long nanos) {
        try {
            heard.wait(Math.max(1, nanos / 1_000_000));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** What was heard so far and is so, oldest first. */
    <T> List<T> all(Class<T> type, Predicate<T> which) {
        synchronized (heard) {
            return heard.stream()
                    .map(Heard::content)
                    .filter(type::isInstance)
                    .map(type::cast)
                    .filter(which)
                    .toList();
        }
    }

    /** The messages of a topic that were heard so far. */
    List<ConsumerRecord<String, byte[]>> of(String topic) {
        synchronized (heard) {
            return heard.stream()
                    .map(Heard::message)
                    .filter(message -> message.topic().equals(topic))
                    .toList();
        }
    }

    /** A header of a message, which must be there. */
    static String header(ConsumerRecord<String, byte[]> message, String name) {
        var value = Delivery.header(message, name);
        if (value == null) {
            throw new AssertionError("%s has no header %s".formatted(message, name));
        }
        return value;
    }

    @Override
    public void close() {
        consumer.wakeup();
    }
}
