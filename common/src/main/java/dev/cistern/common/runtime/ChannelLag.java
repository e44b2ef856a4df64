package dev.cistern.common.runtime;

import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
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

    /**
     * What a channel says of itself.
     *
     * @param reads whether the thread that reads it answers
     * @param behind messages that it has not read; empty while no partition is assigned, or their
     *     ends are not known yet
     */
    public record Reading(boolean reads, OptionalLong behind) {
        private static final Reading NONE = new Reading(false, OptionalLong.empty());
    }

    /** The lag on incoming channels. */
    public ChannelLag(KafkaClientService clients, List<String> channels) {
        this.clients = clients;
        this.channels = List.copyOf(channels);
    }

    /** False also while partitions are not assigned yet or the broker does not answer. */
    @Override
    public boolean getAsBoolean() {
        return channels.stream()
                .map(this::reading)
                .allMatch(reading -> reading.behind().orElse(Long.MAX_VALUE) <= NEGLIGIBLE);
    }

    /** Each channel by name, in the order given. */
    public Map<String, Reading> readings() {
        var readings = new LinkedHashMap<String, Reading>();
        for (var channel : channels) {
            readings.put(channel, reading(channel));
        }
        return readings;
    }

    private Reading reading(String channel) {
        try {
            var client = clients.getConsumer(channel);
            return client == null
                    ? Reading.NONE
                    : new Reading(
                            true,
                            client.runOnPollingThread(ChannelLag::behind).await().atMost(PATIENCE));
        } catch (RuntimeException e) {
            LOG.debugf(e, "channel %s does not tell its lag", channel);
            return Reading.NONE;
        }
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
}
