package dev.cistern.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.common.message.Lane;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WorkerSettingsTest {

    private static WorkerSettings settings(Map<String, String> set) {
        var properties = new HashMap<>(set);
        properties.put("cistern.worker.version", "1.0");
        var config =
                new SmallRyeConfigBuilder()
                        .withSources(new PropertiesConfigSource(properties, "test", 100))
                        .addDiscoveredConverters()
                        .addDefaultInterceptors()
                        .withMapping(WorkerConfig.class)
                        .build();
        return WorkerSettings.of(config.getConfigMapping(WorkerConfig.class));
    }

    @Test
    void hasDefaultsForEverythingButItsName() {
        var settings = settings(Map.of("cistern.worker.name", "node-1"));

        assertThat(settings.intaking().groups()).containsExactly("node-1");
        assertThat(settings.intaking().classic()).isFalse();
        assertThat(settings.slots()).isEqualTo(Map.of(Lane.METADATA, 64, Lane.BULK, 2));
        assertThat(settings.intaking().consumers())
                .isEqualTo(Map.of(Lane.METADATA, 2, Lane.BULK, 1));
        assertThat(settings.intaking().atOnce()).isEqualTo(Map.of(Lane.METADATA, 16, Lane.BULK, 1));
        assertThat(settings.lease()).isEqualTo(Duration.ofSeconds(15));
        assertThat(settings.retention().staging()).isEqualTo(Duration.ofDays(1));
        assertThat(settings.retention().journal()).isEqualTo(Duration.ofDays(7));
    }

    @Test
    void takesItsNameFromTheHost() {
        assertThat(settings(Map.of()).name()).isNotEmpty();
    }

    @Test
    void refusesNamesThatNoTopicCanHave() {
        assertThatThrownBy(() -> settings(Map.of("cistern.worker.name", "node 1")))
                .hasMessageContaining("cistern.worker.name is \"node 1\"");
        assertThatThrownBy(
                        () ->
                                settings(
                                        Map.of(
                                                "cistern.worker.name",
                                                "node-1",
                                                "cistern.worker.groups",
                                                "node-1,gluster/1")))
                .hasMessageContaining("cistern.worker.groups is \"gluster/1\"");
    }

    @Test
    void refusesFewerSlotsThanConsumersHold() {
        assertThatThrownBy(
                        () ->
                                settings(
                                        Map.of(
                                                "cistern.worker.name",
                                                "node-1",
                                                "cistern.worker.slots.metadata",
                                                "3")))
                .hasMessageContaining("the metadata lane has 3 slots")
                .hasMessageContaining("keep 32 of them");
    }
}
