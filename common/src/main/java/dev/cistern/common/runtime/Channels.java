package dev.cistern.common.runtime;

import dev.cistern.common.runtime.Channel.Reading;
import dev.cistern.common.runtime.Channel.Subscription;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;

/** What a service reads from Kafka. */
public final class Channels implements AutoCloseable {
    /** A process that died holds its partitions no longer than this. */
    private static final int SESSION_MILLIS = 6_000;

    private static final int HEARTBEAT_MILLIS = 1_500;

    /** Messages; about a second's worth at full speed. */
    private static final long NEGLIGIBLE = 1000;

    private final Map<String, Channel> byName;

    /**
     * Channels, which read nothing before they are started.
     *
     * @param kafka configuration of Kafka clients
     * @param instance what this process is called where it is the only one of its kind, which then
     *     has its partitions back at once after a kill
     */
    public Channels(
            Map<String, Object> kafka,
            Optional<String> instance,
            List<Subscription> subscriptions) {
        var settings = new HashMap<>(kafka);
        settings.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, SESSION_MILLIS);
        settings.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, HEARTBEAT_MILLIS);
        instance.ifPresent(name -> settings.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, name));
        byName =
                subscriptions.stream()
                        .map(subscription -> new Channel(subscription, settings))
                        .collect(
                                Collectors.toMap(
                                        Channel::name,
                                        Function.identity(),
                                        (first, _) -> first,
                                        LinkedHashMap::new));
    }

    /** Starts one. */
    public void start(String name, Channel.Reader reader) {
        channel(name).start(reader);
    }

    private Channel channel(String name) {
        var channel = byName.get(name);
        if (channel == null) {
            throw new IllegalArgumentException("there is no channel " + name);
        }
        return channel;
    }

    /** Each by name, in the order given. */
    public Map<String, Reading> readings() {
        var readings = new LinkedHashMap<String, Reading>();
        byName.forEach((name, channel) -> readings.put(name, channel.reading()));
        return readings;
    }

    /**
     * Whether all that Kafka has on these channels is read, but for the last few messages that are
     * always under way; false also while partitions are not assigned yet.
     */
    public boolean caughtUp(String... names) {
        for (var name : names) {
            if (channel(name).reading().behind().orElse(Long.MAX_VALUE) > NEGLIGIBLE) {
                return false;
            }
        }
        return true;
    }

    /** Stops them all, and waits some seconds for what is under way. */
    @Override
    public void close() {
        byName.values().forEach(Channel::stop);
        byName.values().forEach(Channel::close);
    }
}
