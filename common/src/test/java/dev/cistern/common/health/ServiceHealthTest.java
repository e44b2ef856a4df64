package dev.cistern.common.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Owner;
import dev.cistern.common.operation.Admission;
import dev.cistern.common.operation.BulkLimits;
import dev.cistern.common.operation.History;
import dev.cistern.common.runtime.ChannelLag;
import dev.cistern.common.runtime.Foundation;
import dev.cistern.common.runtime.Service;
import dev.cistern.common.runtime.ServiceRuntime;
import dev.cistern.common.runtime.TopicKeeper;
import dev.cistern.common.testing.Database;
import dev.cistern.common.testing.Topic;
import dev.cistern.common.trace.Traces;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a service says of itself while its servers are there, and while they are not. */
class ServiceHealthTest {
    private static final Map<String, Object> NOBODY = Map.of("bootstrap.servers", "localhost:1");

    private final Database database = Database.create();

    @AfterEach
    void close() {
        database.close();
    }

    private record Plain(ServiceRuntime runtime, TopicKeeper topics) implements Service {
        @Override
        public boolean serves(String path) {
            return false;
        }

        @Override
        public ChannelLag lag() {
            throw new UnsupportedOperationException("it has no channels");
        }

        @Override
        public Collection<String> groupsInUse() {
            return runtime.foundation()
                    .jdbi()
                    .withHandle(
                            handle -> handle.select("select 'lonely'").mapTo(String.class).list());
        }
    }

    private Plain service(Map<String, Object> kafka) {
        return new Plain(
                new ServiceRuntime(
                        new Foundation(
                                database.schema(),
                                database.dataSource(),
                                database.synchronizations(),
                                kafka,
                                Traces.NONE),
                        new ServiceRuntime.Business(
                                Owner.VOLUME,
                                "thing",
                                List.of(),
                                _ -> List.of(),
                                new Admission.Limits(5, 10),
                                BulkLimits.NONE,
                                History.Retention.DEFAULT,
                                () -> true)),
                new TopicKeeper(Topic.OF_INSTALLATION, kafka));
    }

    private static String reason(HealthCheckResponse response) {
        return String.valueOf(response.getData().orElseThrow().get("reason"));
    }

    @Test
    void isWellWhileItsServersAnswer() {
        var service = service(Topic.kafka());
        try (var runtime = service.runtime();
                var topics = service.topics()) {
            var health = new ServiceHealth(service);
            assertThat(health.threads().getStatus()).isEqualTo(Status.DOWN);
            runtime.start();
            topics.start(Duration.ofSeconds(30));

            assertThat(List.of(health.threads(), health.database(), health.topics()))
                    .allMatch(response -> response.getStatus() == Status.UP);
            assertThat(List.of(health.kafka(), health.relay()))
                    .allMatch(response -> response.getStatus() == Status.UP);
            assertThat(health.database().getName())
                    .isEqualTo(database.schema() + "-service database");
        }
    }

    @Test
    void tellsThatKafkaIsAway() {
        var service = service(NOBODY);
        try (var _ = service.runtime();
                var topics = service.topics()) {
            var health = new ServiceHealth(service);
            topics.start(Duration.ZERO);

            assertThat(health.kafka().getStatus()).isEqualTo(Status.DOWN);
            assertThat(reason(health.kafka())).startsWith("Kafka does not answer");
            assertThat(health.topics().getStatus()).isEqualTo(Status.DOWN);
            assertThat(health.database().getStatus()).isEqualTo(Status.UP);
        }
    }

    @Test
    void tellsThatTheDatabaseIsAwayAndWhichGroupIsSilent() {
        var service = service(NOBODY);
        try (var _ = service.runtime();
                var _ = service.topics()) {
            var health = new ServiceHealth(service);
            assertThat(health.workerGroups().getStatus()).isEqualTo(Status.DOWN);
            assertThat(health.workerGroups().getData().orElseThrow())
                    .containsEntry("lonely", "no worker is heard of, so its commands wait");

            database.close();

            assertThat(health.database().getStatus()).isEqualTo(Status.DOWN);
            assertThat(reason(health.database())).startsWith("PostgreSQL does not answer");
            assertThat(reason(health.workerGroups())).contains("PostgreSQL does not answer");
        }
    }
}
