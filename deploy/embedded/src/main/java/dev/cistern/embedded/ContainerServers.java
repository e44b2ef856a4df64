package dev.cistern.embedded;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.lifecycle.Startables;
import org.testcontainers.postgresql.PostgreSQLContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * PostgreSQL and Kafka in containers, with the settings of the embedded ones.
 *
 * <p>The images are those of {@code docker-compose.yml}, or the ones that the same variables name,
 * {@code CISTERN_POSTGRES_IMAGE} and {@code CISTERN_KAFKA_IMAGE}.
 */
final class ContainerServers implements AutoCloseable {
    private static final DockerImageName POSTGRES = DockerImageName.parse("postgres:18.4");
    private static final DockerImageName KAFKA = DockerImageName.parse("apache/kafka:4.2.1");

    private final PostgreSQLContainer postgres;
    private final KafkaContainer kafka;

    private ContainerServers(PostgreSQLContainer postgres, KafkaContainer kafka) {
        this.postgres = postgres;
        this.kafka = kafka;
    }

    /** Whether there is a Docker daemon that takes requests; asks it once. */
    static boolean dockerAnswers() {
        return DockerClientFactory.instance().isDockerAvailable();
    }

    /** Starts both side by side and returns when both take requests. */
    static ContainerServers start() {
        ContainerServers servers =
                new ContainerServers(
                        postgres(image("CISTERN_POSTGRES_IMAGE", POSTGRES)),
                        kafka(image("CISTERN_KAFKA_IMAGE", KAFKA)));
        try {
            Startables.deepStart(servers.postgres, servers.kafka).join();
            return servers;
        } catch (RuntimeException e) {
            servers.close();
            throw e;
        }
    }

    TestServers addresses() {
        return new TestServers(
                postgres.getJdbcUrl().replaceFirst("\\?.*", ""),
                postgres.getUsername(),
                postgres.getPassword(),
                kafka.getBootstrapServers(),
                "containers of %s and %s"
                        .formatted(postgres.getDockerImageName(), kafka.getDockerImageName()));
    }

    @Override
    public void close() {
        try (postgres;
                kafka) {
            // Both are stopped and removed with what they stored.
        }
    }

    private static DockerImageName image(String variable, DockerImageName usual) {
        @Nullable String chosen = System.getenv(variable);
        return chosen == null || chosen.isBlank()
                ? usual
                : DockerImageName.parse(chosen)
                        .asCompatibleSubstituteFor(usual.getUnversionedPart());
    }

    private static PostgreSQLContainer postgres(DockerImageName image) {
        PostgreSQLContainer container = new PostgreSQLContainer(image);
        container
                .withDatabaseName("postgres")
                .withUsername("postgres")
                .withPassword("cistern")
                .withEnv(
                        "POSTGRES_INITDB_ARGS",
                        "--locale=C --locale-provider=builtin --builtin-locale=C.UTF-8")
                .withCommand(
                        "postgres",
                        "-c",
                        "max_connections=200",
                        "-c",
                        "fsync=on",
                        "-c",
                        "synchronous_commit=on");
        return container;
    }

    private static KafkaContainer kafka(DockerImageName image) {
        return new KafkaContainer(image).withEnv(environment(KafkaSettings.ofOneBroker()));
    }

    /** The way in which Kafka's image takes settings. */
    private static Map<String, String> environment(Map<String, String> settings) {
        Map<String, String> variables = new TreeMap<>();
        settings.forEach(
                (key, value) ->
                        variables.put(
                                "KAFKA_" + key.replace('.', '_').toUpperCase(Locale.ROOT), value));
        return variables;
    }
}
