package dev.cistern.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.common.utils.Exit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaBrokerTest {
    @TempDir Path folder;

    @Test
    void keepsMessagesAcrossACleanRestart() throws Exception {
        try (KafkaBroker broker = KafkaBroker.start(folder, 0)) {
            Messages.createTopics(broker.bootstrapServers());
            Messages.send(broker.bootstrapServers(), List.of("a", "b"));
            assertThat(Messages.read(broker.bootstrapServers(), 2)).containsExactly("a", "b");
        }

        try (KafkaBroker broker = KafkaBroker.start(folder, 0)) {
            assertThat(Messages.read(broker.bootstrapServers(), 2)).containsExactly("a", "b");
        }
    }

    @Test
    void servesShareGroups() throws Exception {
        try (KafkaBroker broker = KafkaBroker.start(folder, 0)) {
            Messages.createTopics(broker.bootstrapServers());
            Messages.send(broker.bootstrapServers(), List.of("a"));

            assertThat(Messages.share(broker.bootstrapServers(), "workers")).contains("a");
        }
    }

    @Test
    void isMarkedInsteadOfEndingTheJvmAndWorksAfterARestart() throws Exception {
        try (KafkaBroker broker = KafkaBroker.start(folder, 0)) {
            Messages.createTopics(broker.bootstrapServers());
            Messages.send(broker.bootstrapServers(), List.of("a"));
            Exit.halt(1, "as after an error of the storage");
            assertThat(broker.failed()).isTrue();

            broker.restart();

            assertThat(broker.failed()).isFalse();
            Messages.send(broker.bootstrapServers(), List.of("b"));
            assertThat(Messages.read(broker.bootstrapServers(), 2)).containsExactly("a", "b");
        }
    }

    @Test
    void saysThatThePortIsTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            assertThatThrownBy(() -> KafkaBroker.start(folder, taken.getLocalPort()))
                    .isInstanceOf(StartupException.class)
                    .hasMessageContaining("Port " + taken.getLocalPort())
                    .hasMessageContaining("Kafka");
        }
    }
}
