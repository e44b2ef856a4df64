package dev.cistern.embedded;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A PostgreSQL 18 server on a folder, durable ({@code fsync} and {@code synchronous_commit} on),
 * reachable from this machine by password only.
 *
 * <p>It runs under a small supervisor in a session of its own. A Ctrl-C in the terminal does not
 * reach it, and when this JVM dies without a word, the supervisor reads the end of its input and
 * shuts the server down. What outlives even that (a killed supervisor, a shutdown still under way)
 * the next start on the folder stops first.
 */
public final class PostgresServer implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofMinutes(3);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(20);
    private static final long MAX_LOG_BYTES = 16L << 20;

    /** Runs "$@" until it ends or standard input does; SIGINT is PostgreSQL's fast shutdown. */
    private static final String SUPERVISOR =
            """
            exec 3<&0
            "$@" </dev/null 3<&- &
            server=$!
            { read -r _ <&3; kill -INT $server; } 2>/dev/null &
            watch=$!
            exec 3<&-
            wait $server
            status=$?
            kill $watch 2>/dev/null
            exit $status
            """;

    private final PostgresCluster cluster;
    private final int port;
    private final String password;
    private volatile Process supervisor;

    private PostgresServer(PostgresCluster cluster, int port) throws IOException {
        this.cluster = cluster;
        this.supervisor = launch(cluster, port);
        this.port = port;
        this.password = cluster.password();
    }

    /**
     * Starts the server and returns when it takes connections.
     *
     * @param folder where its files are or shall be; the caller sees to it that no other JVM uses
     *     it
     * @param port on the loopback address, 0 for a free one
     * @throws StartupException if the port is taken or this system cannot run PostgreSQL
     */
    public static PostgresServer start(Path folder, int port) throws IOException {
        PostgresCluster cluster = PostgresCluster.in(folder);
        stopLeftOvers(cluster);
        int chosen = Ports.require(port, "PostgreSQL");
        cluster.createIfAbsent();
        keepLogSmall(cluster.log());
        var server = new PostgresServer(cluster, chosen);
        server.awaitReadyOrClose();
        return server;
    }

    /** Of the database {@code postgres}, which is always there. */
    public String jdbcUrl() {
        return jdbcUrl("postgres");
    }

    /** Of a database that the caller knows to exist. */
    public String jdbcUrl(String database) {
        return "jdbc:postgresql://%s:%d/%s".formatted(Ports.HOST, port, database);
    }

    /** The superuser's name. */
    public String user() {
        return PostgresCluster.USER;
    }

    /** The superuser's password, made at random with the folder. */
    public String password() {
        return password;
    }

    /** The TCP port on the loopback address. */
    public int port() {
        return port;
    }

    /** False once the server has ended, whoever ended it. */
    public boolean alive() {
        return supervisor.isAlive();
    }

    /**
     * Starts a server that has ended, such as by a full disk, again on the same folder and port.
     */
    public synchronized void restart() throws IOException {
        close();
        supervisor = launch(cluster, port);
        awaitReadyOrClose();
    }

    /**
     * Breaks connections, writes everything down and ends the server; returns when its processes
     * are gone.
     */
    @Override
    public synchronized void close() throws IOException {
        supervisor.getOutputStream().close();
        Processes.waitFor(supervisor.toHandle(), STOP_LIMIT);
        stopLeftOvers(cluster);
    }

    private static void stopLeftOvers(PostgresCluster cluster) throws IOException {
        if (Processes.runningIn(cluster.data(), "postgres").isEmpty()) {
            return;
        }
        try {
            Processes.run(
                    cluster.command(
                            "pg_ctl",
                            List.of("stop", "--pgdata=" + cluster.data(), "--mode=fast", "--wait")),
                    STOP_LIMIT);
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException _) {
            // Too slow, or only backends are left of it: what is committed is in the log, so they
            // may be killed.
        }
        Processes.killAllIn(cluster.data(), "postgres", STOP_LIMIT);
    }

    private static Process launch(PostgresCluster cluster, int port) throws IOException {
        // Nothing runs on the folder here; in a container without an init that reaps, the number in
        // a
        // file left behind stays that of a dead process, which PostgreSQL takes for a living one.
        Files.deleteIfExists(cluster.processFile());
        List<String> command =
                new ArrayList<>(List.of("setsid", "sh", "-c", SUPERVISOR, "cistern-postgres"));
        command.addAll(cluster.command("postgres", List.of("-D", cluster.data().toString())));
        settings(port).forEach(setting -> command.addAll(List.of("-c", setting)));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(Redirect.appendTo(cluster.log().toFile()))
                .start();
    }

    private static List<String> settings(int port) {
        return List.of(
                "listen_addresses=" + Ports.HOST,
                "port=" + port,
                "unix_socket_directories=",
                "max_connections=200",
                "fsync=on",
                "synchronous_commit=on",
                "full_page_writes=on",
                // Bounds what the write-ahead log takes of a small disk between checkpoints.
                "max_wal_size=256MB",
                "wal_init_zero=on",
                // Refused statements are answered to the client and would only fill the log.
                "log_min_messages=log",
                "log_checkpoints=off");
    }

    private void awaitReadyOrClose() throws IOException {
        try {
            awaitReady();
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private void awaitReady() throws IOException {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (!isReady()) {
            if (System.nanoTime() > deadline) {
                throw new IOException(
                        "PostgreSQL was not ready after %s; see %s"
                                .formatted(START_LIMIT, cluster.log()));
            }
            if (Processes.waitFor(supervisor.toHandle(), Duration.ofMillis(20))) {
                throw new IOException(
                        "PostgreSQL ended with code %d while starting: %s"
                                .formatted(supervisor.exitValue(), lastWords()));
            }
        }
    }

    /**
     * The eighth line of postmaster.pid is the server's state (PostgreSQL's {@code miscadmin.h});
     * the fourth its port.
     */
    private boolean isReady() throws IOException {
        try {
            List<String> lines = Files.readAllLines(cluster.processFile());
            return lines.size() >= 8
                    && lines.get(3).strip().equals(Integer.toString(port))
                    && lines.get(7).strip().equals("ready");
        } catch (NoSuchFileException _) {
            return false;
        }
    }

    private String lastWords() throws IOException {
        List<String> lines = Files.readAllLines(cluster.log());
        return String.join(" / ", lines.subList(Math.max(0, lines.size() - 5), lines.size()));
    }

    private static void keepLogSmall(Path log) throws IOException {
        if (Files.exists(log) && Files.size(log) > MAX_LOG_BYTES) {
            Files.move(
                    log, log.resolveSibling("server.log.old"), StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
