package dev.cistern.volume;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How volumes are kept. */
@ConfigMapping(prefix = "cistern.volumes")
public interface VolumeSettings {
    /**
     * How many images a chain of linked clones may have. QEMU opens all of them for every machine,
     * and a read may look into each.
     */
    @WithDefault("32")
    int chainDepth();

    /** How long deleted volumes can be restored; zero: they are gone at once. */
    @WithDefault("PT0S")
    Duration trash();
}
