package dev.cistern.bench.service;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code ./cistern up} on a folder of the benchmark's, stopped at the end. */
final class OwnCistern implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofMinutes(10);

    private final Process process;
    private final Path folder;
    private final int port = freePort();
    private final int kafkaPort = freePort();
    private final int postgresPort = freePort();

    private OwnCistern(Path script, Path folder) throws IOException {
        this.folder = folder;
        process =
                new ProcessBuilder(
                                script.toString(),
                                "up",
                                "--data",
                                folder.resolve("data").toString(),
                                "--port",
                                Integer.toString(port),
                                "--kafka-port",
                                Integer.toString(kafkaPort),
                                "--postgres-port",
                                Integer.toString(postgresPort))
                        .redirectErrorStream(true)
                        .redirectOutput(Redirect.to(log().toFile()))
                        .start();
    }

    static OwnCistern start(Path script, Path folder) throws IOException, InterruptedException {
        var own = new OwnCistern(script, folder);
        try {
            own.awaitReady();
            return own;
        } catch (IOException | InterruptedException | RuntimeException e) {
            own.close();
            throw e;
        }
    }

    private Path log() {
        return folder.resolve("up.log");
    }

    private void awaitReady() throws IOException, InterruptedException {
        var deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (!Files.readString(log()).contains("is ready at")) {
            if (!process.isAlive() || System.nanoTime() - deadline > 0) {
                throw new BenchException(
                        "./cistern up did not start: " + Files.readString(log()).strip());
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    Target target() throws IOException {
        var address = URI.create("http://localhost:" + port);
        var password = Files.readString(folder.resolve("data/postgresql/password"));
        var databases = process.children().map(ProcessHandle::pid).toList();
        return new Target(
                address,
                address,
                "127.0.0.1:" + kafkaPort,
                "jdbc:postgresql://127.0.0.1:%d/postgres?user=cistern&password=%s"
                        .formatted(postgresPort, password),
                new Processes(List.of(process.pid()), databases));
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }
}
