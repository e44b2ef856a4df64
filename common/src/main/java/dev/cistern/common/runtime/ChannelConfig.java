package dev.cistern.common.runtime;

import io.smallrye.config.ConfigMapping;
import java.util.Optional;

/** How the services read from Kafka. */
@ConfigMapping(prefix = "cistern.channels")
public interface ChannelConfig {
    /**
     * What this process is called in its groups, if it is the only one of its kind: it then has its
     * partitions back at once after a kill.
     */
    Optional<String> instance();
}
