package dev.cistern.embedded;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;

/**
 * PostgreSQL and Kafka on one data folder, kept alive until closed.
 *
 * <p>A server that fails while running, as on a full disk, is started again on its port as soon as
 * there is space.
 */
public final class EmbeddedServers implements AutoCloseable {
    private final SpaceGuard space;
    private final PostgresServer postgres;
    private final KafkaBroker kafka;
    private final Keeper keeper;

    private EmbeddedServers(SpaceGuard space, PostgresServer postgres, KafkaBroker kafka) {
        this.space = space;
        this.postgres = postgres;
        this.kafka = kafka;
        this.keeper = new Keeper(space, postgres, kafka);
    }

    /**
     * Starts both servers side by side and returns when both take requests; if one cannot start,
     * none runs.
     *
     * @param folder stays locked by the caller, who closes it after the servers
     * @param progress takes a line for people when a server is up
     */
    public static EmbeddedServers start(
            DataFolder folder, EmbeddedSettings settings, Consumer<String> progress)
            throws IOException {
        SpaceGuard space =
                SpaceGuard.watching(folder, settings.ballastBytes(), settings.thresholdBytes());
        FutureTask<PostgresServer> postgres =
                begin(
                        "PostgreSQL",
                        progress,
                        () ->
                                PostgresServer.start(
                                        folder.path().resolve("postgresql"),
                                        settings.postgresPort()),
                        PostgresServer::port);
        FutureTask<KafkaBroker> kafka =
                begin(
                        "Kafka",
                        progress,
                        () ->
                                KafkaBroker.start(
                                        folder.path().resolve("kafka"), settings.kafkaPort()),
                        KafkaBroker::port);
        try {
            return new EmbeddedServers(space, result(postgres), result(kafka));
        } catch (IOException e) {
            try (space) {
                closeIfStarted(postgres);
                closeIfStarted(kafka);
            }
            throw e;
        }
    }

    /** The database server; its address stays the same for the life of this object. */
    public PostgresServer postgres() {
        return postgres;
    }

    /** The broker; its address stays the same for the life of this object. */
    public KafkaBroker kafka() {
        return kafka;
    }

    /** The free space of the data folder. */
    public SpaceGuard space() {
        return space;
    }

    /** Stops the broker, then the database; takes seconds at most. */
    @Override
    public void close() throws IOException {
        try (space;
                postgres;
                kafka) {
            keeper.close();
        }
    }

    private static <T> FutureTask<T> begin(
            String name, Consumer<String> progress, Callable<T> start, ToIntFunction<T> port) {
        var task =
                new FutureTask<>(
                        () -> {
                            long begun = System.nanoTime();
                            T server = start.call();
                            progress.accept(
                                    "%s is up at %s:%d (%.1f s)"
                                            .formatted(
                                                    name,
                                                    Ports.HOST,
                                                    port.applyAsInt(server),
                                                    (System.nanoTime() - begun) / 1e9));
                            return server;
                        });
        Thread.ofPlatform().name("start-" + name).daemon().start(task);
        return task;
    }

    private static <T> T result(FutureTask<T> start) throws IOException {
        try {
            return start.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the servers were starting");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw new IOException(e.getCause());
        }
    }

    private static void closeIfStarted(FutureTask<? extends AutoCloseable> start)
            throws IOException {
        AutoCloseable server;
        try {
            server = result(start);
        } catch (IOException _) {
            return; // there is nothing to close, and the first failure is the one to tell
        }
        try {
            server.close();
        } catch (Exception e) {
            throw new IOException(e);
        }
    }
}
