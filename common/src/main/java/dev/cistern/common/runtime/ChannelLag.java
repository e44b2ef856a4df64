package dev.cistern.common.runtime;

import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.jboss.logging.Logger;

/**
 * Whether a service has read what Kafka has for it on some channels, but for the last few messages
 * that are always under way.
 */
public final class ChannelLag implements BooleanSupplier {
    private static final Logger LOG = Logger.getLogger(ChannelLag.class);
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** Messages; about a second's worth at full speed. */
    private static final long NEGLIGIBLE = 1000;

    private final KafkaClientService clients;
    private final List<String> channels;

    /** The lag on incoming channels. */
    public ChannelLag(KafkaClientService clients, List<String> channels) {
        this.clients = clients;
        this.channels = List.copyOf(channels);
    }

    /** False also while partitions are not assigned yet or the broker does not answer. */
    @Override
    public boolean getAsBoolean() {
        return channels.stream().allMatch(this::caughtUp);
    }

    private boolean caughtUp(String channel) {
        try {
            var client = clients.getConsumer(channel);
            return client != null
                    && client.runOnPollingThread(ChannelLag::nothingLeft).await().atMost(PATIENCE);
        } catch (RuntimeException e) {
            LOG.debugf(e, "channel %s does not tell its lag", channel);
            return false;
        }
    }

    private static boolean nothingLeft(Consumer<?, ?> consumer) {
        var assigned = consumer.assignment();
        return !assigned.isEmpty()
                && assigned.stream()
                        .allMatch(
                                partition ->
                                        consumer.currentLag(partition).orElse(Long.MAX_VALUE)
                                                <= NEGLIGIBLE);
    }
}
