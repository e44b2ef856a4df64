package dev.cistern.worker.folder;

import dev.cistern.common.message.PoolPlace;
import dev.cistern.common.problem.ProblemException;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Removes, once an hour, what operations left in the pools that this worker works on: unpublished
 * images of long ago, outcomes that nobody will ask for any more, and what was put aside to be
 * removed. It never removes a published file.
 */
public final class Reaper implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Reaper.class);

    private final Retention retention;
    private final Supplier<Collection<PoolPlace>> pools;
    private final Predicate<UUID> runs;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("reaper").daemon().factory());

    /**
     * How long things are kept.
     *
     * @param staging since the last write to it
     * @param journal entries, and what was put aside
     */
    public record Retention(Duration staging, Duration journal) {}

    /**
     * A reaper, not yet started.
     *
     * @param runs whether this worker carries an operation out
     */
    public Reaper(
            Retention retention, Supplier<Collection<PoolPlace>> pools, Predicate<UUID> runs) {
        this.retention = retention;
        this.pools = pools;
        this.runs = runs;
    }

    /** Starts. */
    public void start() {
        var _ = timer.scheduleWithFixedDelay(this::reap, 1, 1, TimeUnit.HOURS);
    }

    /** Goes through all pools now. */
    public void reap() {
        for (var pool : pools.get()) {
            try (var folder = PoolFolder.open(pool)) {
                reap(folder);
            } catch (IOException | ProblemException e) {
                LOG.infof("pool folder %s is not cleaned up: %s", pool.path(), e.getMessage());
            }
        }
    }

    private void reap(PoolFolder folder) throws IOException {
        var staged = folder.staging().clearOlderThan(retention.staging(), runs);
        var entries = folder.journal().removeOlderThan(retention.journal());
        var trashed = folder.trash().emptyOlderThan(retention.journal());
        folder.volumes().removeUnfinishedOlderThan(retention.staging());
        if (staged + trashed > 0) {
            LOG.infof(
                    "pool folder %s: removed %d leftovers of operations, %d deleted files, %d old outcomes",
                    folder.place().path(), staged, trashed, entries);
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
