package dev.cistern.worker.messaging;

import dev.cistern.common.message.Control;
import dev.cistern.common.message.Json;
import dev.cistern.common.message.PoolPlace;
import dev.cistern.common.message.Topics;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.worker.execution.Hand;
import dev.cistern.worker.execution.PoolProbes;
import dev.cistern.worker.mount.Mounts;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.InterruptException;
import org.jboss.logging.Logger;

/** Hears what every worker must hear, from the moment of its start. */
final class ControlListener implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(ControlListener.class);
    private static final Duration POLL = Duration.ofMillis(500);

    private final KafkaClients clients;
    private final TopicWait topic;
    private final Hand hand;
    private final PoolProbes probes;
    private final Thread thread;
    private volatile boolean closed;

    ControlListener(KafkaClients clients, TopicWait topic, Hand hand, PoolProbes probes) {
        this.clients = clients;
        this.topic = topic;
        this.hand = hand;
        this.probes = probes;
        this.thread = Thread.ofPlatform().name("control").daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    boolean alive() {
        return thread.isAlive();
    }

    private void run() {
        try {
            while (!closed) {
                try {
                    listen();
                } catch (InterruptException e) {
                    throw e;
                } catch (RuntimeException e) {
                    LOG.warnf("%s: %s; trying again", Topics.CONTROL, e.getMessage());
                    TimeUnit.SECONDS.sleep(1);
                }
            }
        } catch (InterruptedException | InterruptException _) {
            LOG.debug("stopped listening");
        }
    }

    private void listen() throws InterruptedException {
        var partitions = topic.await(Topics.CONTROL, () -> closed);
        var consumer = clients.reader();
        try {
            consumer.assign(partitions);
            consumer.seekToEnd(partitions);
            while (!closed) {
                consumer.poll(POLL).forEach(this::hear);
            }
        } finally {
            consumer.close(CloseOptions.timeout(Duration.ofSeconds(1)));
        }
    }

    private void hear(ConsumerRecord<String, byte[]> message) {
        try {
            switch (Json.read(message.value(), Control.class)) {
                case Control.CancelOperation(var operation) -> hand.cancel(operation);
                case Control.LeavePool(var pool) -> leave(pool);
            }
        } catch (IOException e) {
            LOG.debugf("word that this version does not know: %s", e.getMessage());
        }
    }

    /** Apart, because an unmounting may hang, and word of a cancel must not wait for it. */
    private void leave(PoolPlace pool) {
        Thread.ofPlatform()
                .name("leave " + pool.path())
                .daemon()
                .start(
                        () -> {
                            try {
                                probes.forget(pool);
                                Mounts.leave(pool);
                            } catch (IOException | ProblemException e) {
                                LOG.warnf("%s stays mounted: %s", pool.path(), e.getMessage());
                            }
                        });
    }

    @Override
    public void close() {
        closed = true;
        try {
            if (!thread.join(Duration.ofSeconds(2))) {
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
