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
import org.jspecify.annotations.Nullable;

/** Wakes those who wait for the end of an operation. */
public final class Ends {
    /** How late an end is seen that another process committed. */
    private static final Duration POLL = Duration.ofSeconds(1);

    private final TransactionSynchronizationRegistry transactions;
    private final ConcurrentHashMap<UUID, Waiters> waiting = new ConcurrentHashMap<>();

    /** Those who wait for one operation, and what wakes them all. */
    private record Waiters(int count, CountDownLatch end) {
        static Waiters oneMore(@Nullable Waiters before) {
            return before == null
                    ? new Waiters(1, new CountDownLatch(1))
                    : new Waiters(before.count + 1, before.end);
        }

        @Nullable Waiters oneLess() {
            return count == 1 ? null : new Waiters(count - 1, end);
        }
    }

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
                        var waiters = waiting.get(operation);
                        if (status == Status.STATUS_COMMITTED && waiters != null) {
                            waiters.end().countDown();
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
        var waiters = waiting.compute(operation, (_, before) -> Waiters.oneMore(before));
        try {
            while (!ended.getAsBoolean()) {
                var left = deadline - System.nanoTime();
                if (left <= 0) {
                    return;
                }
                pause(waiters.end(), Math.min(left, POLL.toNanos()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            waiting.computeIfPresent(operation, (_, present) -> present.oneLess());
        }
    }

    /** A latch that is open already must not make the wait a busy one. */
    private static void pause(CountDownLatch end, long nanos) throws InterruptedException {
        if (end.getCount() == 0) {
            TimeUnit.NANOSECONDS.sleep(nanos);
        } else {
            var _ = end.await(nanos, TimeUnit.NANOSECONDS);
        }
    }

    /** How many operations someone waits for. */
    int awaited() {
        return waiting.size();
    }
}
