package dev.cistern.pool.work;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** What is done to pools without anyone asking. */
@ConfigMapping(prefix = "cistern.pools")
public interface CareConfig {
    /** How often a running pool is looked at for what others put into it; 0 for never. */
    @WithDefault("10m")
    Duration refreshEvery();

    /** How often an inaccessible pool is tried that no worker says is back; 0 for never. */
    @WithDefault("1m")
    Duration retryEvery();

    /**
     * Whether pools that are marked as autostarted are started with the service and its workers.
     */
    @WithDefault("true")
    boolean autostart();
}
