package dev.cistern.common.message;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.testing.Topic;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;

class TopicCatalogTest {
    private final TopicCatalog catalog = new TopicCatalog(Topic.OF_INSTALLATION);

    private static String setting(
            Admin admin, ConfigResource.Type type, String name, String setting) throws Exception {
        var resource = new ConfigResource(type, name);
        var all = admin.describeConfigs(List.of(resource)).all().get();
        return Objects.requireNonNull(all.get(resource)).get(setting).value();
    }

    @Test
    void makesTheTopicsOfEveryInstallationAndLeavesThoseThatAreThere() throws Exception {
        try (var admin = Admin.create(Topic.kafka())) {
            catalog.create(admin);
            catalog.create(admin);

            var topics =
                    admin.describeTopics(List.of(Topics.EVENTS, Topics.HEARTBEATS))
                            .allTopicNames()
                            .get();
            assertThat(Objects.requireNonNull(topics.get(Topics.EVENTS)).partitions()).hasSize(3);
            assertThat(Objects.requireNonNull(topics.get(Topics.HEARTBEATS)).partitions())
                    .hasSize(1);
            assertThat(setting(admin, ConfigResource.Type.TOPIC, Topics.EVENTS, "flush.messages"))
                    .isEqualTo("1");
        }
    }

    @Test
    void makesTheTopicsOfAGroupWhichItsWorkersReadFromTheStart() throws Exception {
        var group = "group-" + UUID.randomUUID();
        try (var admin = Admin.create(Topic.kafka())) {
            catalog.createGroup(admin, group);

            for (var lane : Lane.values()) {
                assertThat(
                                setting(
                                        admin,
                                        ConfigResource.Type.GROUP,
                                        Topics.workers(group, lane),
                                        "share.auto.offset.reset"))
                        .isEqualTo("earliest");
            }
            assertThat(admin.listTopics().names().get())
                    .contains(
                            Topics.commands(group, Lane.METADATA),
                            Topics.commands(group, Lane.BULK));
        }
    }
}
