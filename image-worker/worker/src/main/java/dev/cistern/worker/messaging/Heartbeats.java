package dev.cistern.worker.messaging;

import dev.cistern.common.message.Heartbeat;
import dev.cistern.common.message.Json;
import dev.cistern.common.message.Topics;
import dev.cistern.worker.execution.Lease;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Tells every second what this worker has in hand; each that arrives renews the lease. */
final class Heartbeats implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Heartbeats.class);
    private static final Duration WORTH = Duration.ofSeconds(3);

    private final KafkaClients clients;
    private final Supplier<Heartbeat> heartbeat;
    private final Lease lease;
    private final Producer<String, byte[]> producer;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("heartbeats").daemon().factory());
    private boolean delivered;
    private boolean told;

    Heartbeats(KafkaClients clients, Supplier<Heartbeat> heartbeat, Lease lease) {
        this.clients = clients;
        this.heartbeat = heartbeat;
        this.lease = lease;
        this.producer = clients.hastyProducer(WORTH);
    }

    void start() {
        var _ = timer.scheduleWithFixedDelay(this::beat, 0, 1, TimeUnit.SECONDS);
    }

    /** Does not wait for the next second. */
    void now() {
        try {
            timer.execute(this::beat);
        } catch (RejectedExecutionException e) {
            LOG.debugf(e, "the last heartbeat is sent");
        }
    }

    boolean alive() {
        return !timer.isShutdown();
    }

    private void beat() {
        try {
            var now = heartbeat.get();
            var sentAt = System.nanoTime();
            var _ =
                    producer.send(
                            new ProducerRecord<>(Topics.HEARTBEATS, now.worker(), Json.bytes(now)),
                            (_, failure) -> arrived(sentAt, failure));
        } catch (KafkaException e) {
            arrived(System.nanoTime(), e);
        } catch (RuntimeException e) {
            LOG.error("a heartbeat could not be made", e);
        }
    }

    private synchronized void arrived(long sentAt, @Nullable Exception failure) {
        if (failure == null) {
            lease.renewed(sentAt);
            if (!delivered) {
                LOG.infof("Kafka on %s takes the heartbeats", clients.address());
            }
            delivered = true;
            told = false;
        } else if (!told) {
            LOG.warnf(
                    "Kafka on %s does not take the heartbeats (%s); waiting until it does",
                    clients.address(), failure.getMessage());
            delivered = false;
            told = true;
        }
    }

    /** Sends the last one and stops. */
    @Override
    public void close() {
        timer.shutdown();
        producer.close(Duration.ofSeconds(1));
    }
}
