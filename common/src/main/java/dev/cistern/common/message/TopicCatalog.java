package dev.cistern.common.message;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;

/** Makes the topics that are not there; those that are stay as the administrator has set them. */
public final class TopicCatalog {
    private static final String RETENTION = "retention.ms";

    private final Settings settings;

    /**
     * How topics are made.
     *
     * @param partitions of all but the command, control and heartbeat topics, which have one
     * @param replication replicas of each partition; −1 takes the brokers' default
     * @param flushEvents for a single broker: public events are on the disk before they count as
     *     sent
     */
    public record Settings(int partitions, short replication, boolean flushEvents) {}

    /** A catalog with these settings. */
    public TopicCatalog(Settings settings) {
        this.settings = settings;
    }

    /** Makes the topics that every installation has. */
    public void create(Admin admin) throws InterruptedException, ExecutionException {
        create(
                admin,
                List.of(
                        topic(Topics.CONTROL, 1, retention(Duration.ofDays(1))),
                        topic(Topics.RESULTS, settings.partitions(), Map.of()),
                        topic(Topics.HEARTBEATS, 1, retention(Duration.ofMinutes(10))),
                        topic(Topics.INTERNAL, settings.partitions(), Map.of()),
                        topic(
                                Topics.EVENTS,
                                settings.partitions(),
                                settings.flushEvents() ? Map.of("flush.messages", "1") : Map.of()),
                        topic(Topics.DEAD_LETTERS, 1, Map.of())));
    }

    /**
     * Makes the command topics of a worker group, of one partition each: a share group then hands
     * the next command to whichever worker is free. The share group is configured before there is
     * anything to read, so that its first reader starts with the first command.
     */
    public void createGroup(Admin admin, String group)
            throws InterruptedException, ExecutionException {
        var topics = new ArrayList<NewTopic>();
        for (var lane : Lane.values()) {
            configureShareGroup(admin, Topics.workers(group, lane));
            topics.add(topic(Topics.commands(group, lane), 1, Map.of()));
        }
        create(admin, topics);
    }

    private static void configureShareGroup(Admin admin, String id)
            throws InterruptedException, ExecutionException {
        var changes =
                List.of(
                        set("share.auto.offset.reset", "earliest"),
                        set("share.record.lock.duration.ms", "15000"));
        admin.incrementalAlterConfigs(
                        Map.of(new ConfigResource(ConfigResource.Type.GROUP, id), changes))
                .all()
                .get();
    }

    private static AlterConfigOp set(String name, String value) {
        return new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
    }

    private static void create(Admin admin, Collection<NewTopic> topics)
            throws InterruptedException, ExecutionException {
        for (var created : admin.createTopics(topics).values().values()) {
            try {
                created.get();
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof TopicExistsException)) {
                    throw e;
                }
            }
        }
    }

    private NewTopic topic(String name, int partitions, Map<String, String> config) {
        var replication =
                settings.replication() < 0
                        ? Optional.<Short>empty()
                        : Optional.of(settings.replication());
        return new NewTopic(name, Optional.of(partitions), replication).configs(config);
    }

    private static Map<String, String> retention(Duration time) {
        return Map.of(RETENTION, Long.toString(time.toMillis()));
    }
}
