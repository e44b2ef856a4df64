package dev.cistern.embedded;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Starts servers again that failed while running, once there is space for them. */
final class Keeper implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Keeper.class.getName());
    private static final long PERIOD_MILLIS = 500;

    /**
     * What a server needs to come up: recovery writes, and a server that fails at once again helps
     * nobody.
     */
    private static final long RESTART_BYTES = 64 * Sizes.MIB;

    private final SpaceGuard space;
    private final PostgresServer postgres;
    private final KafkaBroker kafka;
    private final ScheduledExecutorService rounds =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("keeper").daemon().factory());

    Keeper(SpaceGuard space, PostgresServer postgres, KafkaBroker kafka) {
        this.space = space;
        this.postgres = postgres;
        this.kafka = kafka;
        var _ =
                rounds.scheduleWithFixedDelay(
                        this::look, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** After this no server is started any more; one that is just starting is waited for. */
    @Override
    public void close() {
        rounds.close();
    }

    private void look() {
        if (space.availableBytes() < RESTART_BYTES) {
            return;
        }
        if (!postgres.alive()) {
            again("PostgreSQL", postgres::restart);
        }
        if (kafka.failed()) {
            again("Kafka", kafka::restart);
        }
    }

    private static void again(String server, Restart restart) {
        try {
            LOG.log(Level.WARNING, "{0} has failed and is started again", server);
            restart.run();
            LOG.log(Level.INFO, "{0} is up again", server);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "{0} did not start again: {1}", server, e.getMessage());
        }
    }

    private interface Restart {
        void run() throws IOException;
    }
}
