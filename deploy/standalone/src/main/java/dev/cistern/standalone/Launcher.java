package dev.cistern.standalone;

import dev.cistern.embedded.DataFolder;
import dev.cistern.embedded.EmbeddedServers;
import dev.cistern.embedded.EmbeddedSettings;
import dev.cistern.embedded.Ports;
import dev.cistern.embedded.StartupException;
import io.quarkus.runtime.Quarkus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Starts everything in order and stops it in the opposite one: data folder, PostgreSQL and Kafka,
 * services.
 */
final class Launcher {
    /** More than the servers take to stop; after that what is left is stopped by the next start. */
    private static final long STOP_SECONDS = 60;

    private final Options options;

    /**
     * What the user chose.
     *
     * @param port of HTTP, 0 for a free one, as for the others
     */
    record Options(Path data, String host, int port, int kafkaPort, int postgresPort) {}

    Launcher(Options options) {
        this.options = options;
    }

    /**
     * Returns when a signal has ended the services and everything has stopped.
     *
     * @throws StartupException if something prevents the start
     */
    void run() throws IOException {
        int port = Ports.requireOn(options.host(), options.port(), "the HTTP interface");
        var stopped = new CountDownLatch(1);
        holdBackExit(stopped);
        try (DataFolder folder = DataFolder.open(options.data())) {
            System.out.println("Starting Cistern on " + folder.path());
            try (EmbeddedServers servers =
                    EmbeddedServers.start(folder, settings(), Launcher::progress)) {
                Space.guardedBy(servers.space());
                ServiceSettings.of(servers, options.host(), port).apply();
                runServices(folder.path(), port);
                System.out.println("Stopping");
            }
        } finally {
            stopped.countDown();
        }
    }

    private EmbeddedSettings settings() {
        EmbeddedSettings serving = EmbeddedSettings.serving();
        return new EmbeddedSettings(
                options.postgresPort(),
                options.kafkaPort(),
                serving.ballastBytes(),
                serving.thresholdBytes());
    }

    private void runServices(Path data, int port) throws StartupException {
        var failure = new AtomicReference<@Nullable Throwable>();
        String address = "http://%s:%d".formatted(inUrl(options.host()), port);
        Quarkus.run(Services.class, (_, cause) -> failure.set(cause), address, data.toString());
        Throwable cause = failure.get();
        if (cause != null) {
            throw new StartupException("The services did not start: " + reason(cause), cause);
        }
    }

    /** An IPv6 address stands in brackets there (RFC 3986, 3.2.2). */
    private static String inUrl(String host) {
        return host.contains(":") ? "[" + host + "]" : host;
    }

    /** What the first of all causes says, in one line. */
    private static String reason(Throwable failure) {
        Throwable root = failure;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            root = cause;
        }
        String message = root.getMessage();
        return message == null ? root.toString() : message.replaceAll("\\s+", " ");
    }

    /** A signal ends the JVM once all hooks have: this one waits for the end of {@link #run}. */
    private static void holdBackExit(CountDownLatch stopped) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> await(stopped), "await-stop"));
    }

    private static void await(CountDownLatch stopped) {
        try {
            if (!stopped.await(STOP_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("cistern: gave up waiting for everything to stop");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void progress(String line) {
        System.out.println("  " + line);
    }
}
