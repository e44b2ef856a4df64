package dev.cistern.common.operation;

import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * Runs what several callers ask for at the same time in one transaction, so that they share its
 * locks and its commit: whoever finds the transaction of others under way waits for the next one.
 * What is refused is undone alone. For stories that lock nothing that another of them may hold.
 * Thread-safe.
 */
public final class SharedTransactions {
    /** PostgreSQL keeps track of 64 subtransactions at no cost, of which each story is one. */
    private static final int MOST = 32;

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Transactions transactions;
    private final Jdbi jdbi;
    private final Runnable afterUndo;
    private final ConcurrentLinkedQueue<Part<?>> waiting = new ConcurrentLinkedQueue<>();
    private final ReentrantLock turn = new ReentrantLock();

    /**
     * Shared transactions on the schema of {@code jdbi}.
     *
     * @param afterUndo called within the transaction when a part of it was undone
     */
    public SharedTransactions(Transactions transactions, Jdbi jdbi, Runnable afterUndo) {
        this.transactions = transactions;
        this.jdbi = jdbi;
        this.afterUndo = afterUndo;
    }

    /** What one caller wants, and what has become of it. */
    private static final class Part<T> {
        private final Callable<T> story;
        private @Nullable Callable<T> outcome;

        private Part(Callable<T> story) {
            this.story = story;
        }

        boolean ended() {
            return outcome != null;
        }

        /** Runs it; a refusal is its outcome, too. */
        boolean accepted() throws Exception {
            try {
                var result = story.call();
                outcome = () -> result;
                return true;
            } catch (ProblemException refusal) {
                failed(refusal);
                return false;
            }
        }

        void alone(Transactions transactions) {
            try {
                var result = transactions.call(story);
                outcome = () -> result;
            } catch (RuntimeException e) {
                failed(e);
            }
        }

        void failed(RuntimeException failure) {
            outcome =
                    () -> {
                        throw failure;
                    };
        }

        void forget() {
            outcome = null;
        }
    }

    /**
     * Runs a story and returns when it is committed.
     *
     * @param story may run several times, but is committed once
     * @throws RuntimeException what the story threw, nothing of it being committed
     */
    public <T> T call(Callable<T> story) {
        var part = new Part<>(story);
        waiting.add(part);
        awaitTurn(part);
        try {
            while (!part.ended()) {
                runWaiting();
            }
        } finally {
            turn.unlock();
        }
        return outcome(part);
    }

    /** Once it is taken from the queue its end must be known, however long that takes. */
    private void awaitTurn(Part<?> part) {
        try {
            if (turn.tryLock(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (waiting.remove(part)) {
            throw new ProblemException(
                    ProblemCode.UNAVAILABLE,
                    "the database has not answered others for a long time; nothing was changed, try again");
        }
        turn.lock();
    }

    /** How many wait for the next transaction. */
    int gathered() {
        return waiting.size();
    }

    private static <T> T outcome(Part<T> part) {
        try {
            if (part.outcome == null) {
                throw new IllegalStateException("not run");
            }
            return part.outcome.call();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private void runWaiting() {
        var parts = new ArrayList<Part<?>>();
        while (parts.size() < MOST && !waiting.isEmpty()) {
            parts.add(waiting.remove());
        }
        var done = false;
        try {
            if (parts.size() == 1 || !together(parts)) {
                parts.forEach(part -> part.alone(transactions));
            }
            done = true;
        } finally {
            if (!done) {
                parts.forEach(Part::forget);
                waiting.addAll(parts);
            }
        }
    }

    private boolean together(List<Part<?>> parts) {
        try {
            return transactions.call(
                    () -> {
                        for (var part : parts) {
                            execute("savepoint part");
                            if (!part.accepted()) {
                                execute("rollback to savepoint part");
                                afterUndo.run();
                            }
                            execute("release savepoint part");
                        }
                        return true;
                    });
        } catch (RuntimeException e) {
            if (DatabaseFault.unavailable(e)) {
                parts.forEach(part -> part.failed(e));
                return true;
            }
            return false;
        }
    }

    private void execute(String sql) {
        jdbi.useHandle(handle -> handle.execute(sql));
    }
}
