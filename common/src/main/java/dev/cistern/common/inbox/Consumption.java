package dev.cistern.common.inbox;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The handling of messages for as long as their process does not stop. What is being handled when
 * it stops is waited for, since a handler needs what goes with the process. What comes later is
 * neither handled nor acknowledged, and so comes again to the next process.
 */
public final class Consumption {
    private final ReadWriteLock handling = new ReentrantReadWriteLock();
    private volatile boolean ended;

    /** The handling of messages from now on. */
    public Consumption() {}

    /**
     * Handles messages, unless the process stops.
     *
     * @return completed if they are handled and can be acknowledged; it never is once the process
     *     stops, whatever has become of them
     */
    public CompletionStage<Void> of(Runnable handler) {
        handling.readLock().lock();
        try {
            if (!ended) {
                handler.run();
            }
        } catch (RuntimeException e) {
            if (!ended) {
                throw e;
            }
        } finally {
            handling.readLock().unlock();
        }
        return ended ? new CompletableFuture<>() : CompletableFuture.allOf();
    }

    /** Whether the process stops: what fails now says nothing of the message. */
    public boolean ended() {
        return ended;
    }

    /** Ends it, and waits for what is being handled, but not longer than this. */
    public void end(Duration atMost) {
        ended = true;
        try {
            if (handling.writeLock().tryLock(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
                handling.writeLock().unlock();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
