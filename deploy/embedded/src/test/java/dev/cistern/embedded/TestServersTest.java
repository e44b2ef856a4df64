package dev.cistern.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TestServersTest {
    @Test
    void areTheSameForEveryClassLoaderOfTheJvm() throws Exception {
        TestServers here = TestServers.shared();
        Messages.createTopics(here.bootstrapServers());
        Messages.send(here.bootstrapServers(), List.of("a"));

        try (var other = new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader())) {
            Object there =
                    other.loadClass(TestServers.class.getName()).getMethod("shared").invoke(null);
            assertThat(there).isNotInstanceOf(TestServers.class).hasToString(here.toString());
        }
        assertThat(Messages.read(here.bootstrapServers(), 1)).containsExactly("a");
    }

    @Test
    void giveANewDatabaseToEachThatAsks() throws Exception {
        TestServers servers = TestServers.shared();

        String database = servers.newDatabase("of its own");

        try (Connection connection =
                DriverManager.getConnection(database, servers.user(), servers.password())) {
            assertThat(connection.getCatalog()).isEqualTo("of its own");
        }
        assertThat(servers.configuration(database)).containsEntry("cistern.postgres.url", database);
    }

    @Test
    void endWithTheJvmThatStartedThem() throws Exception {
        try (ChildJvm child = ChildJvm.start(List.of(), SharedMain.class)) {
            Path folder = Path.of(child.awaitLine("/"));
            assertThat(Processes.runningIn(folder.resolve("data/postgresql/data"), "postgres"))
                    .isNotEmpty();

            child.kill();

            Eventually.that(() -> !Files.exists(folder));
        }
    }

    @Test
    void areContainersWhereDockerAnswersUnlessToldOtherwise() {
        assertThat(ServersKind.of(null, () -> true)).isEqualTo(ServersKind.CONTAINERS);
        assertThat(ServersKind.of("", () -> false)).isEqualTo(ServersKind.EMBEDDED);
        assertThat(ServersKind.of("embedded", () -> true)).isEqualTo(ServersKind.EMBEDDED);
        assertThat(ServersKind.of("containers", () -> false)).isEqualTo(ServersKind.CONTAINERS);
        assertThatThrownBy(() -> ServersKind.of("docker", () -> true))
                .hasMessage(
                        "-Dcistern.test.servers=docker is not known: give embedded or containers, or leave it out");
    }

    private static URL[] classPath() {
        return Stream.of(System.getProperty("java.class.path").split(":", -1))
                .map(entry -> Path.of(entry).toUri())
                .map(TestServersTest::url)
                .toArray(URL[]::new);
    }

    private static URL url(java.net.URI uri) {
        try {
            return uri.toURL();
        } catch (java.net.MalformedURLException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** Starts the servers, says where their files are, and waits to be killed. */
    static final class SharedMain {
        private SharedMain() {}

        public static void main(String[] arguments) throws Exception {
            System.setProperty(ServersKind.PROPERTY, "embedded");
            TestServers servers = TestServers.shared();
            try (Connection connection =
                            DriverManager.getConnection(
                                    servers.jdbcUrl(), servers.user(), servers.password());
                    var rows = connection.createStatement().executeQuery("SHOW data_directory")) {
                rows.next();
                System.out.println(Path.of(rows.getString(1), "../../..").normalize());
            }
            System.in.read();
        }
    }
}
