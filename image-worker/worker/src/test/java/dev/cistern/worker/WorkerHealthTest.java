package dev.cistern.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.embedded.TestServers;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.enterprise.inject.spi.CDI;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;
import org.junit.jupiter.api.Test;

/** The worker as Quarkus runs it. */
@QuarkusTest
@QuarkusTestResource(Servers.class)
class WorkerHealthTest {
    @Test
    void isAliveAtOnceAndReadyOnceItTakesCommands() throws Exception {
        var liveness = CDI.current().select(WorkerLiveness.class, Liveness.Literal.INSTANCE).get();
        var readiness =
                CDI.current().select(WorkerReadiness.class, Readiness.Literal.INSTANCE).get();
        assertThat(liveness.call().getStatus()).isEqualTo(Status.UP);
        try (var cluster = new Cluster(TestServers.shared().bootstrapServers())) {
            cluster.createTopics();
            Eventually.that(
                    "a heartbeat", () -> !cluster.heartbeats("worker-under-test").isEmpty());
            assertThat(readiness.call().getStatus()).isEqualTo(Status.DOWN);

            cluster.createGroup("worker-under-test");

            Eventually.that("it is ready", () -> readiness.call().getStatus() == Status.UP);
            assertThat(cluster.heartbeats("worker-under-test").getLast().version())
                    .isNotEqualTo("unknown");
        }
    }
}
