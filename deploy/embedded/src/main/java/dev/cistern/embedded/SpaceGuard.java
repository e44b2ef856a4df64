package dev.cistern.embedded;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Watches the free space of the data folder and keeps some back for the servers.
 *
 * <p>While there is enough, a ballast file holds part of it. When the rest runs out, the file is
 * deleted: from then on space is {@linkplain #low() low}, the services accept no new work, and
 * broker and database finish what they have in the space won. Once enough is free again, the
 * ballast is taken back and space is not low any more.
 */
public final class SpaceGuard implements AutoCloseable {
    private static final Logger LOG = System.getLogger(SpaceGuard.class.getName());
    private static final long PERIOD_MILLIS = 100;

    private final Space space;
    private final Ballast ballast;
    private final long thresholdBytes;
    private final ScheduledExecutorService watch =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("space-guard").daemon().factory());
    private volatile boolean low;
    private volatile long availableBytes;

    SpaceGuard(Space space, Ballast ballast, long thresholdBytes) throws IOException {
        this.space = space;
        this.ballast = ballast;
        this.thresholdBytes = thresholdBytes;
        this.availableBytes = space.availableBytes();
        this.low = !ballast.held();
        if (low && enoughForBallast()) {
            takeBallast();
        }
    }

    /** Where the figure comes from. */
    interface Space {
        long availableBytes() throws IOException;
    }

    /** Guards a folder until closed; the ballast stays when closed. */
    static SpaceGuard watching(DataFolder folder, long ballastBytes, long thresholdBytes)
            throws IOException {
        var guard =
                new SpaceGuard(
                        folder::availableBytes,
                        new Ballast(folder.ballast(), ballastBytes),
                        thresholdBytes);
        var _ =
                guard.watch.scheduleWithFixedDelay(
                        guard::checkAgain, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
        return guard;
    }

    /**
     * True from the moment when free space ran out until the ballast is back; new work should be
     * refused.
     */
    public boolean low() {
        return low;
    }

    /** Bytes free without the ballast, not older than a moment. */
    public long availableBytes() {
        return availableBytes;
    }

    /** Stops watching; the last answer stands. */
    @Override
    public void close() {
        watch.shutdownNow();
    }

    void check() throws IOException {
        availableBytes = space.availableBytes();
        if (!low && availableBytes < thresholdBytes) {
            ballast.drop();
            low = true;
            LOG.log(
                    Level.WARNING,
                    "The data folder has {0} left: no new work is accepted until there is more",
                    Sizes.words(availableBytes));
        } else if (low && enoughForBallast()) {
            takeBallast();
            LOG.log(
                    Level.INFO,
                    "The data folder has space again: {0}",
                    Sizes.words(availableBytes));
        }
    }

    private boolean enoughForBallast() {
        return availableBytes >= ballast.bytes() + 2 * thresholdBytes;
    }

    private void takeBallast() throws IOException {
        ballast.take();
        low = false;
    }

    private void checkAgain() {
        try {
            check();
        } catch (IOException e) {
            LOG.log(
                    Level.WARNING,
                    "The free space of the data folder cannot be kept: {0}",
                    e.getMessage());
        }
    }
}
