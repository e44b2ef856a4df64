package dev.cistern.common.runtime;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A topic that is read in batches, on a thread of its own.
 *
 * <p>A batch counts as read once its reader has returned. What a process that ended has read within
 * the last second comes again, so readers know what they have had; one that throws is given its
 * batch again.
 */
public final class Channel implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Channel.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration COMMIT_EVERY = Duration.ofSeconds(1);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(1);

    /** A position older than this says nothing: the reader takes long, as without a database. */
    private static final Duration FRESH = Duration.ofSeconds(5);

    private final Subscription subscription;
    private final Map<String, Object> kafka;
    private final Thread thread;
    private volatile Reader reader = _ -> {};
    private volatile @Nullable Consumer<String, byte[]> open;
    private volatile Position position = Position.UNKNOWN;
    private volatile boolean closed;
    private boolean dirty;
    private long committedAt = System.nanoTime();

    /** Handles what has come. */
    @FunctionalInterface
    public interface Reader {
        /** Handles a batch for good. */
        void read(ConsumerRecords<String, byte[]> batch);
    }

    /**
     * What is read, and by whom.
     *
     * @param group the processes that share it, or null if each reads all that comes from now on
     * @param settings of the Kafka client besides
     */
    public record Subscription(
            String name, String topic, @Nullable String group, Map<String, Object> settings) {
        /** One that the processes of a group share, from the topic's beginning. */
        public static Subscription shared(String name, String topic, String group) {
            return new Subscription(name, topic, group, Map.of());
        }

        /** One that every process reads all of. */
        public static Subscription ofEach(String name, String topic) {
            return new Subscription(name, topic, null, Map.of());
        }

        /** The same with these settings of the Kafka client. */
        public Subscription with(Map<String, Object> more) {
            return new Subscription(name, topic, group, more);
        }
    }

    /**
     * What a channel says of itself.
     *
     * @param reads whether its thread runs
     * @param behind messages that it has not read; empty while no partition is assigned, their ends
     *     are not known yet, or its reader takes long
     */
    public record Reading(boolean reads, OptionalLong behind) {}

    private record Position(OptionalLong behind, long at) {
        private static final Position UNKNOWN = new Position(OptionalLong.empty(), 0);

        boolean fresh() {
            return System.nanoTime() - at < FRESH.toNanos();
        }
    }

    /**
     * A channel, which reads nothing before {@link #start}.
     *
     * @param kafka configuration of Kafka clients
     */
    Channel(Subscription subscription, Map<String, Object> kafka) {
        this.subscription = subscription;
        this.kafka = kafka;
        this.thread =
                Thread.ofPlatform()
                        .name("channel-" + subscription.name())
                        .daemon()
                        .unstarted(this::run);
    }

    void start(Reader of) {
        reader = of;
        thread.start();
    }

    String name() {
        return subscription.name();
    }

    Reading reading() {
        var last = position;
        return new Reading(thread.isAlive(), last.fresh() ? last.behind() : OptionalLong.empty());
    }

    private void run() {
        try {
            while (!closed) {
                try {
                    readFromKafka();
                } catch (InterruptException e) {
                    throw e;
                } catch (RuntimeException e) {
                    LOG.warnf("%s: %s; trying again", name(), e.getMessage());
                    TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
                }
            }
        } catch (InterruptException | InterruptedException _) {
            LOG.debugf("%s stopped", name());
        }
    }

    private void readFromKafka() throws InterruptedException {
        var consumer = consumer();
        open = consumer;
        dirty = false;
        try {
            consumer.subscribe(List.of(subscription.topic()));
            while (!closed) {
                readOnce(consumer);
            }
        } catch (WakeupException _) {
            LOG.debugf("%s is woken to stop", name());
        } finally {
            open = null;
            leave(consumer);
        }
    }

    private void readOnce(Consumer<String, byte[]> consumer) throws InterruptedException {
        var batch = consumer.poll(POLL);
        position = new Position(behind(consumer), System.nanoTime());
        if (!batch.isEmpty()) {
            // What is polled counts as read in the next commit.
            dirty = false;
            read(batch);
            dirty = true;
        }
        if (dirty && System.nanoTime() - committedAt >= COMMIT_EVERY.toNanos()) {
            commit(consumer);
        }
    }

    private void commit(Consumer<?, ?> consumer) {
        if (subscription.group() != null) {
            consumer.commitAsync();
        }
        committedAt = System.nanoTime();
        dirty = false;
    }

    private void leave(Consumer<?, ?> consumer) {
        try {
            if (dirty) {
                commit(consumer);
            }
        } finally {
            consumer.close(CloseOptions.timeout(CLOSE_LIMIT));
        }
    }

    private KafkaConsumer<String, byte[]> consumer() {
        var settings = new HashMap<>(kafka);
        settings.putAll(subscription.settings());
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        if (subscription.group() == null) {
            settings.put(ConsumerConfig.GROUP_ID_CONFIG, name() + "-" + UUID.randomUUID());
            settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
            settings.remove(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);
        } else {
            settings.put(ConsumerConfig.GROUP_ID_CONFIG, subscription.group());
            settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        }
        return new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer());
    }

    private static OptionalLong behind(Consumer<?, ?> consumer) {
        var assigned = consumer.assignment();
        var sum = 0L;
        for (var partition : assigned) {
            var lag = consumer.currentLag(partition);
            if (lag.isEmpty()) {
                return OptionalLong.empty();
            }
            sum += lag.getAsLong();
        }
        return assigned.isEmpty() ? OptionalLong.empty() : OptionalLong.of(sum);
    }

    private void read(ConsumerRecords<String, byte[]> batch) throws InterruptedException {
        while (!closed) {
            try {
                reader.read(batch);
                return;
            } catch (RuntimeException e) {
                if (!closed) {
                    LOG.errorf(e, "%s: a batch of %d is tried again", name(), batch.count());
                    TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
                }
            }
        }
        throw new WakeupException();
    }

    /** Reads nothing more once the batch under way is handled. */
    void stop() {
        closed = true;
        var consumer = open;
        if (consumer != null) {
            consumer.wakeup();
        }
    }

    /** Stops, and waits some seconds for the batch under way. */
    @Override
    public void close() {
        stop();
        try {
            if (!thread.join(Duration.ofSeconds(3))) {
                thread.interrupt();
                thread.join(Duration.ofSeconds(2));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
