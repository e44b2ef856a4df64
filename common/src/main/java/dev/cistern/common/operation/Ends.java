package dev.cistern.common.operation;

import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Wakes those who wait for the end of an operation. */
public final class Ends {
    /** How late an end is seen that another process committed. */
    private static final Duration POLL = Duration.ofSeconds(1);

    private final TransactionSynchronizationRegistry transactions;
    private final ConcurrentHashMap<UUID, Waiters> waiting = new ConcurrentHashMap<>();
    private final List<Consumer<Operation>> listeners = new CopyOnWriteArrayList<>();

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

    /**
     * Has every operation told that ends in this process, as it is then. The listener is called
     * after the commit, on the thread that committed, and must neither block nor throw.
     */
    public void listen(Consumer<Operation> listener) {
        listeners.add(listener);
    }

    /** The operation has ended, if the current transaction commits. */
    public void announce(Operation ended) {
        transactions.registerInterposedSynchronization(
                new Synchronization() {
                    @Override
                    public void beforeCompletion() {}

                    @Override
                    public void afterCompletion(int status) {
                        if (status == Status.STATUS_COMMITTED) {
                            tell(ended);
                        }
                    }
                });
    }

    private void tell(Operation ended) {
        var waiters = waiting.get(ended.id());
        if (waiters != null) {
            waiters.end().countDown();
        }
        listeners.forEach(listener -> listener.accept(ended));
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
