package dev.cistern.common.runtime;

import dev.cistern.common.message.TopicCatalog;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** How topics that are absent are made. */
@ConfigMapping(prefix = "cistern.topics")
public interface TopicConfig {
    /** Partitions of the topics of results, internal and public events. */
    @WithDefault("4")
    int partitions();

    /** Replicas of each partition; −1 takes the brokers' default. */
    @WithDefault("-1")
    short replication();

    /** For a single broker: public events are on its disk before they count as sent. */
    @WithDefault("false")
    boolean flushEvents();

    /** The settings as the catalog takes them. */
    default TopicCatalog.Settings settings() {
        return new TopicCatalog.Settings(partitions(), replication(), flushEvents());
    }
}
