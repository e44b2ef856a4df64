package dev.cistern.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresServerTest {
    @TempDir Path folder;

    @Test
    void keepsRowsAcrossACleanRestart() throws Exception {
        try (PostgresServer server = PostgresServer.start(folder, 0)) {
            Rows.createTable(server);
            Rows.insert(server, "a");
        }
        assertThat(Processes.runningIn(folder.resolve("data"), "postgres")).isEmpty();

        try (PostgresServer server = PostgresServer.start(folder, 0)) {
            assertThat(Rows.names(server)).containsExactly("a");
        }
    }

    @Test
    void isDurableAndClosedToOthers() throws Exception {
        try (PostgresServer server = PostgresServer.start(folder, 0)) {
            assertThat(Rows.setting(server, "fsync")).isEqualTo("on");
            assertThat(Rows.setting(server, "synchronous_commit")).isEqualTo("on");
            assertThat(Rows.setting(server, "listen_addresses")).isEqualTo("127.0.0.1");
            assertThat(Rows.setting(server, "server_version")).startsWith("18.");
            assertThatThrownBy(
                            () ->
                                    DriverManager.getConnection(
                                            server.jdbcUrl(), server.user(), "guess"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("password");
        }
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(folder.resolve("password"))))
                .isEqualTo("rw-------");
    }

    @Test
    void startsAgainAfterItsProcessesWereKilled() throws Exception {
        try (PostgresServer server = PostgresServer.start(folder, 0)) {
            Rows.createTable(server);
            Rows.insert(server, "a");
            Processes.killAllIn(folder.resolve("data"), "postgres", Duration.ofSeconds(10));
            Eventually.that(() -> !server.alive());

            server.restart();

            assertThat(Rows.names(server)).containsExactly("a");
        }
    }

    @Test
    void makesTheClusterAnewAfterACrashDuringTheFirstStart() throws Exception {
        Files.createDirectories(folder.resolve("data.new/base"));

        try (PostgresServer server = PostgresServer.start(folder, 0)) {
            assertThat(server.alive()).isTrue();
        }
    }

    @Test
    void saysThatThePortIsTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            assertThatThrownBy(() -> PostgresServer.start(folder, taken.getLocalPort()))
                    .isInstanceOf(StartupException.class)
                    .hasMessageContaining("Port " + taken.getLocalPort())
                    .hasMessageContaining("PostgreSQL");
        }
    }
}
