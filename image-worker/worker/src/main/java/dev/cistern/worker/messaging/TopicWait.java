package dev.cistern.worker.messaging;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/**
 * Waiting for topics: the services make them, those of a worker group when they hear the group's
 * first heartbeat.
 */
final class TopicWait implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(TopicWait.class);

    private final KafkaClients clients;
    private final AtomicBoolean told = new AtomicBoolean();
    private final Admin admin;

    TopicWait(KafkaClients clients) {
        this.clients = clients;
        this.admin = clients.admin();
    }

    /**
     * Returns when the topic is there.
     *
     * @return its partitions; none if there is no need to wait any more
     */
    List<TopicPartition> await(String name, BooleanSupplier needless) throws InterruptedException {
        while (!needless.getAsBoolean()) {
            try {
                var description =
                        admin.describeTopics(List.of(name)).allTopicNames().get().get(name);
                if (description != null) {
                    return description.partitions().stream()
                            .map(partition -> new TopicPartition(name, partition.partition()))
                            .toList();
                }
            } catch (ExecutionException e) {
                tell(name, e);
            }
            TimeUnit.MILLISECONDS.sleep(250);
        }
        return List.of();
    }

    private void tell(String name, ExecutionException e) {
        if (told.compareAndSet(false, true)) {
            LOG.infof("waiting for topic %s on %s: %s", name, clients.address(), e.getCause());
        }
    }

    @Override
    public void close() {
        admin.close(Duration.ofSeconds(1));
    }
}
