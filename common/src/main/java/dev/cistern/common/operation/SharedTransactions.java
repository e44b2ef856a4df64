package dev.cistern.common.operation;

import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Grants what several callers ask for at the same time in one transaction, so that they share its
 * statements, its locks and its commit: whoever finds the transaction of others under way waits for
 * the next one. Thread-safe.
 *
 * @param <Q> what is asked for
 * @param <A> what is answered
 */
public final class SharedTransactions<Q, A> {
    private static final int MOST = 128;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Transactions transactions;
    private final Function<List<Q>, List<Answer<A>>> story;
    private final ConcurrentLinkedQueue<Part<Q, A>> waiting = new ConcurrentLinkedQueue<>();
    private final ReentrantLock turn = new ReentrantLock();

    /** What becomes of one request. */
    public sealed interface Answer<A> {
        /** It is granted when the transaction commits. */
        record Granted<A>(A value) implements Answer<A> {}

        /** It is refused, and the transaction has nothing of it. */
        record Refused<A>(ProblemException why) implements Answer<A> {}
    }

    /**
     * Shared transactions of one kind.
     *
     * @param story answers requests, each in its place; may run several times for a request, but is
     *     committed once. What it throws undoes the transaction, and each request is tried alone
     */
    public SharedTransactions(Transactions transactions, Function<List<Q>, List<Answer<A>>> story) {
        this.transactions = transactions;
        this.story = story;
    }

    /** What one caller wants, and what has become of it. */
    private static final class Part<Q, A> {
        private final Q request;
        private @Nullable Answer<A> answer;
        private @Nullable RuntimeException failure;

        private Part(Q request) {
            this.request = request;
        }

        boolean ended() {
            return answer != null || failure != null;
        }

        A outcome() {
            if (failure != null) {
                throw failure;
            }
            return switch (answer) {
                case Answer.Granted<A>(var value) -> value;
                case Answer.Refused<A>(var why) -> throw why;
                case null -> throw new IllegalStateException("not run");
            };
        }
    }

    /**
     * Asks, and returns when the answer is committed.
     *
     * @throws RuntimeException why not, nothing of it being committed
     */
    public A call(Q request) {
        var part = new Part<Q, A>(request);
        waiting.add(part);
        awaitTurn(part);
        try {
            while (!part.ended()) {
                runWaiting();
            }
        } finally {
            turn.unlock();
        }
        return part.outcome();
    }

    /** Once it is taken from the queue its end must be known, however long that takes. */
    private void awaitTurn(Part<Q, A> part) {
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

    private void runWaiting() {
        var parts = new ArrayList<Part<Q, A>>();
        while (parts.size() < MOST && !waiting.isEmpty()) {
            parts.add(waiting.remove());
        }
        var done = false;
        try {
            run(parts);
            done = true;
        } finally {
            if (!done) {
                waiting.addAll(parts);
            }
        }
    }

    private void run(List<Part<Q, A>> parts) {
        try {
            var requests = parts.stream().map(part -> part.request).toList();
            var answers = transactions.call(() -> story.apply(requests));
            for (var index = 0; index < parts.size(); index++) {
                parts.get(index).answer = answers.get(index);
            }
        } catch (RuntimeException e) {
            if (parts.size() == 1 || DatabaseFault.unavailable(e)) {
                parts.forEach(part -> part.failure = e);
            } else {
                parts.forEach(part -> run(List.of(part)));
            }
        }
    }
}
