package dev.cistern.embedded;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL and a Kafka broker for the tests of this JVM: in containers where a Docker daemon
 * answers, else embedded, on a temporary folder.
 *
 * <p>The system property {@code cistern.test.servers} decides otherwise: {@code embedded} or {@code
 * containers}. A line on standard output says which they are.
 *
 * <p>They run in a JVM of their own, so that no class loader, log or heap of the tests is theirs,
 * and end with this one, however it ends. What several test classes store there stays until then:
 * take a {@linkplain #newDatabase new database} and topics of your own names.
 *
 * @param jdbcUrl of the database {@code postgres}
 * @param user a superuser
 * @param password of that user
 * @param bootstrapServers of the broker, which makes no topics by itself
 * @param origin what they are, for people
 */
public record TestServers(
        String jdbcUrl, String user, String password, String bootstrapServers, String origin) {
    /** A system property, since a test may meet this class in more than one class loader. */
    private static final String RUNNING = "dev.cistern.embedded.test-servers";

    /**
     * The servers of this JVM, started by the first call (some seconds) and the same for all.
     *
     * @throws UncheckedIOException if they do not start; the message says where their log is
     */
    public static TestServers shared() {
        synchronized (System.getProperties()) {
            String running = System.getProperty(RUNNING);
            if (running == null) {
                running = launch();
                System.setProperty(RUNNING, running);
                System.out.println(
                        "PostgreSQL and Kafka of these tests: " + parse(running).origin());
            }
            return parse(running);
        }
    }

    /**
     * Makes an empty database and returns its JDBC URL; needs the PostgreSQL driver on the class
     * path.
     *
     * @param name of the database; one of that name that is there is dropped
     */
    public String newDatabase(String name) throws SQLException {
        String quoted = '"' + name.replace("\"", "\"\"") + '"';
        try (Connection connection = DriverManager.getConnection(jdbcUrl, user, password);
                Statement statement = connection.createStatement()) {
            statement.execute("DROP DATABASE IF EXISTS " + quoted + " WITH (FORCE)");
            statement.execute("CREATE DATABASE " + quoted);
        }
        return jdbcUrl.substring(0, jdbcUrl.lastIndexOf('/') + 1) + name;
    }

    /** The addresses under the configuration keys that all services read. */
    public Map<String, String> configuration() {
        return configuration(jdbcUrl);
    }

    /** As above, with a database of one's own. */
    public Map<String, String> configuration(String database) {
        return Map.of(
                "kafka.bootstrap.servers", bootstrapServers,
                "cistern.postgres.url", database,
                "cistern.postgres.user", user,
                "cistern.postgres.password", password);
    }

    String line() {
        return String.join(" ", jdbcUrl, user, password, bootstrapServers, origin);
    }

    private static TestServers parse(String line) {
        String[] words = line.split(" ", 5);
        return new TestServers(words[0], words[1], words[2], words[3], words[4]);
    }

    private static String launch() {
        try {
            Path folder = Files.createTempDirectory("cistern-test-");
            Path log = folder.resolve("servers.log");
            ProcessBuilder builder =
                    new ProcessBuilder(command(folder))
                            .redirectError(Redirect.appendTo(log.toFile()));
            // The process itself removes its containers when this one ends, so no other need be
            // fetched to do so.
            builder.environment().putIfAbsent("TESTCONTAINERS_RYUK_DISABLED", "true");
            builder.environment().putIfAbsent("TESTCONTAINERS_CHECKS_DISABLE", "true");
            return readyLine(builder.start(), log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> command(Path folder) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx384m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-D%s=%s"
                        .formatted(
                                ServersKind.PROPERTY, System.getProperty(ServersKind.PROPERTY, "")),
                "-cp",
                System.getProperty("java.class.path"),
                TestServersMain.class.getName(),
                folder.toString());
    }

    @SuppressWarnings("MustBeClosedChecker") // the pipe stays open for as long as both processes
    private static String readyLine(Process process, Path log) throws IOException {
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        @Nullable String line = output.readLine();
        while (line != null && !line.startsWith(TestServersMain.READY)) {
            line = output.readLine();
        }
        if (line == null) {
            throw new IOException("The servers for tests did not start; see " + log);
        }
        return line.substring(TestServersMain.READY.length());
    }
}
