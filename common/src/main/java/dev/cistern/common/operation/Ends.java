package dev.cistern.common.operation;

import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Wakes those who wait for the end of an operation. */
public final class Ends {
    /** How late an end is seen that another process committed. */
    private static final Duration POLL = Duration.ofSeconds(1);

    private final TransactionSynchronizationRegistry transactions;
    private final ConcurrentHashMap<UUID, CountDownLatch> waiting = new ConcurrentHashMap<>();

    /** Waiters of one service. */
    public Ends(TransactionSynchronizationRegistry transactions) {
        this.transactions = transactions;
    }

    /** The operation has ended, if the current transaction commits. */
    public void announce(UUID operation) {
        transactions.registerInterposedSynchronization(
                new Synchronization() {
                    @Override
                    public void beforeCompletion() {}

                    @Override
                    public void afterCompletion(int status) {
                        var latch = waiting.get(operation);
                        if (status == Status.STATUS_COMMITTED && latch != null) {
                            latch.countDown();
                        }
                    }
                });
    }

    /**
     * Waits for an end, on a virtual thread and outside of any transaction.
     *
     * @param ended reads whether the operation has ended
     */
    public void await(UUID operation, Duration atMost, BooleanSupplier ended) {
        var deadline = System.nanoTime() + atMost.toNanos();
        var latch = waiting.computeIfAbsent(operation, _ -> new CountDownLatch(1));
        try {
            while (!ended.getAsBoolean()) {
                var left = deadline - System.nanoTime();
                if (left <= 0) {
                    return;
                }
                var _ = latch.await(Math.min(left, POLL.toNanos()), TimeUnit.NANOSECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            waiting.remove(operation, latch);
        }
    }
}
