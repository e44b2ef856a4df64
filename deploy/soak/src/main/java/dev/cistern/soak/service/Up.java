package dev.cistern.soak.service;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code ./cistern up} on a folder of the trial's, which may be killed and started again. */
final class Up implements AutoCloseable {
    /** The command that runs the program, split at spaces; options are added to it. */
    private static final String COMMAND = "cistern.up";

    private static final Duration START_LIMIT = Duration.ofMinutes(10);
    private static final Duration STOP_LIMIT = Duration.ofMinutes(1);

    private final Path folder;
    private final int port = freePort();
    private final int kafkaPort = freePort();
    private final int postgresPort = freePort();
    private Process process;

    private Up(Path folder) throws IOException {
        this.folder = folder;
        process = launch();
    }

    /**
     * Starts it and waits until it takes requests.
     *
     * @param folder for its data and its log
     */
    static Up on(Path folder) throws IOException, InterruptedException {
        var up = new Up(folder);
        try {
            up.awaitReady();
            return up;
        } catch (IOException | InterruptedException | RuntimeException e) {
            up.close();
            throw e;
        }
    }

    private Process launch() throws IOException {
        Files.deleteIfExists(started());
        var command = new ArrayList<>(command());
        command.addAll(
                List.of(
                        "--data",
                        folder.resolve("data").toString(),
                        "--port",
                        Integer.toString(port),
                        "--kafka-port",
                        Integer.toString(kafkaPort),
                        "--postgres-port",
                        Integer.toString(postgresPort)));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(Redirect.to(started().toFile()))
                .start();
    }

    private static List<String> command() {
        var command = System.getProperty(COMMAND);
        if (command == null) {
            throw new IllegalStateException("run this by ./cistern soak, which sets " + COMMAND);
        }
        return List.of(command.split(" ", -1));
    }

    private Path started() {
        return folder.resolve("up.log");
    }

    private void awaitReady() throws IOException, InterruptedException {
        var deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (!Files.readString(started()).contains("is ready at")) {
            if (!process.isAlive() || System.nanoTime() - deadline > 0) {
                throw new IOException(
                        "Cistern did not start: " + Files.readString(started()).strip());
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    URI address() {
        return URI.create("http://localhost:" + port);
    }

    /** Of its PostgreSQL, for JDBC. */
    String database() throws IOException {
        var password = Files.readString(folder.resolve("data/postgresql/password"));
        return "jdbc:postgresql://127.0.0.1:%d/postgres?user=cistern&password=%s"
                .formatted(postgresPort, password);
    }

    /** Ends it as kill -9 does, its Kafka, services and worker with it, and starts it again. */
    void killAndStart() throws IOException, InterruptedException {
        process.destroyForcibly().waitFor();
        keepLog();
        process = launch();
        awaitReady();
    }

    /** Ends its PostgreSQL as kill -9 does; it starts it again itself. */
    void killDatabase() throws IOException {
        var lines = Files.readAllLines(folder.resolve("data/postgresql/data/postmaster.pid"));
        ProcessHandle.of(Long.parseLong(lines.getFirst().strip()))
                .ifPresent(ProcessHandle::destroyForcibly);
    }

    /** The log of a process that is gone is added to that of those before it. */
    private void keepLog() throws IOException {
        Files.write(
                folder.resolve("earlier.log"),
                Files.readAllBytes(started()),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_LIMIT)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }
}
