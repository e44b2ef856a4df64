package dev.cistern.common.operation;

import dev.cistern.common.testing.Database;
import dev.cistern.common.testing.Eventually;
import jakarta.transaction.Synchronization;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** Two transactions in the one order in which they could miss each other. */
final class Race {
    private Race() {}

    /**
     * Runs {@code first} in a transaction that stays open until {@code second}, in another, is done
     * or waits for a lock.
     */
    static <T> T whileOpen(Database database, Callable<T> first, Runnable second) throws Exception {
        return whileOpen(database, first, second, () -> {});
    }

    /** The same, after which the open transaction does something more. */
    static <T> T whileOpen(Database database, Callable<T> first, Runnable second, Runnable then)
            throws Exception {
        try (var executor = Executors.newSingleThreadExecutor()) {
            var other = new AtomicReference<CompletableFuture<Void>>();
            var result =
                    database.transactions()
                            .call(
                                    () -> {
                                        var done = first.call();
                                        other.set(CompletableFuture.runAsync(second, executor));
                                        awaitDoneOrWaiting(database, other.get());
                                        then.run();
                                        return done;
                                    });
            other.get().get(30, TimeUnit.SECONDS);
            return result;
        }
    }

    /** The same, with the first transaction held in the midst of its commit. */
    static <T> T whileCommitting(Database database, Callable<T> first, Runnable second)
            throws Exception {
        try (var executor = Executors.newSingleThreadExecutor()) {
            var other = new AtomicReference<CompletableFuture<Void>>();
            var result =
                    database.transactions()
                            .call(
                                    () -> {
                                        var done = first.call();
                                        beforeCompletion(
                                                database,
                                                () -> {
                                                    other.set(
                                                            CompletableFuture.runAsync(
                                                                    second, executor));
                                                    awaitDoneOrWaiting(database, other.get());
                                                });
                                        return done;
                                    });
            other.get().get(30, TimeUnit.SECONDS);
            return result;
        }
    }

    private static void beforeCompletion(Database database, Runnable step) {
        database.synchronizations()
                .registerInterposedSynchronization(
                        new Synchronization() {
                            @Override
                            public void beforeCompletion() {
                                step.run();
                            }

                            @Override
                            public void afterCompletion(int status) {}
                        });
    }

    private static void awaitDoneOrWaiting(Database database, CompletableFuture<Void> other) {
        try {
            Eventually.that("the other is done or waits", () -> other.isDone() || waits(database));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Unlike the view of activity, that of locks is not frozen within a transaction. */
    private static boolean waits(Database database) {
        return database.number("select count(*) from pg_locks where not granted") > 0;
    }
}
