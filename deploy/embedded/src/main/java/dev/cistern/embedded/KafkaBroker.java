package dev.cistern.embedded;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;
import org.jspecify.annotations.Nullable;

/**
 * A Kafka broker in this JVM that is its own controller, with share groups (KIP-932) on and no
 * copies of anything.
 *
 * <p>Listens on the loopback address without authentication. An error of its storage, which a
 * broker on its own answers by halting the process, only marks it as {@linkplain #failed() failed}
 * here; {@link #restart()} makes it work again once the cause is gone. Topics are not created by
 * use.
 */
public final class KafkaBroker implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofMinutes(2);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(15);
    private static final Duration LEAVE_LIMIT = Duration.ofSeconds(5);

    private final Path logs;
    private final int port;
    private final int controllerPort;
    private @Nullable RaftNode node;
    private volatile boolean failed;

    private KafkaBroker(Path logs, int port, int controllerPort) {
        this.logs = logs;
        this.port = port;
        this.controllerPort = controllerPort;
    }

    /**
     * Starts the broker and returns when it takes requests.
     *
     * @param folder where its files are or shall be; the caller sees to it that no other JVM uses
     *     it
     * @param port on the loopback address, 0 for a free one; the controller always takes another
     *     free one
     * @throws StartupException if the port is taken
     */
    public static KafkaBroker start(Path folder, int port) throws IOException {
        Path logs = folder.toAbsolutePath().resolve("log");
        Folders.createPrivate(logs);
        var broker = new KafkaBroker(logs, Ports.require(port, "Kafka"), Ports.free());
        broker.format();
        broker.launch();
        return broker;
    }

    /** Host and port for {@code bootstrap.servers}. */
    public String bootstrapServers() {
        return Ports.HOST + ":" + port;
    }

    /** The TCP port on the loopback address. */
    public int port() {
        return port;
    }

    /** True once the broker has met an error that it cannot go on from, such as a full disk. */
    public boolean failed() {
        return failed;
    }

    /**
     * Stops what is left of the broker and starts it again on the same folder and port; records
     * stay.
     */
    public synchronized void restart() throws IOException {
        close();
        launch();
    }

    /**
     * Stops the broker after its logs are on disk; one that has failed and does not stop is given
     * up after some seconds.
     */
    @Override
    public synchronized void close() throws IOException {
        RaftNode running = node;
        if (running == null) {
            return;
        }
        node = null;
        ProcessExits.forget(this);
        Duration leave = failed ? Duration.ZERO : LEAVE_LIMIT;
        within(STOP_LIMIT, "stop", () -> running.stop(leave));
    }

    void markFailed() {
        failed = true;
    }

    private void format() throws IOException {
        if (Files.exists(logs.resolve("meta.properties"))) {
            return;
        }
        try {
            new Formatter()
                    .setPrintStream(
                            new PrintStream(
                                    OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                    .setNodeId(KafkaSettings.NODE)
                    .setClusterId(Uuid.randomUuid().toString())
                    .addDirectory(logs.toString())
                    .setMetadataLogDirectory(Optional.of(logs.toString()))
                    .setReleaseVersion(MetadataVersion.latestProduction())
                    .setControllerListenerName(KafkaSettings.CONTROLLER_LISTENER)
                    .run();
        } catch (Exception e) {
            throw new IOException(
                    "The folder %s could not be made ready for Kafka: %s"
                            .formatted(logs, e.getMessage()),
                    e);
        }
    }

    private synchronized void launch() throws IOException {
        failed = false;
        ProcessExits.redirectTo(this);
        var started = new RaftNode(KafkaSettings.of(logs, port, controllerPort));
        node = started;
        try {
            within(START_LIMIT, "start", started::start);
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private static void within(Duration limit, String verb, Runnable work) throws IOException {
        var task = new FutureTask<@Nullable Void>(work, null);
        Thread.ofPlatform().name("kafka-" + verb).daemon().start(task);
        try {
            task.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted during the %s of Kafka".formatted(verb));
        } catch (TimeoutException e) {
            throw new IOException("Kafka did not %s within %s".formatted(verb, limit), e);
        } catch (ExecutionException e) {
            throw new IOException(
                    "Kafka did not %s: %s".formatted(verb, e.getCause()), e.getCause());
        }
    }
}
