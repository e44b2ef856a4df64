package dev.cistern.common.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.common.testing.Database;
import jakarta.transaction.Synchronization;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.JdbiException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TransactionsTest {
    private final Database database = Database.create();
    private final Transactions transactions = database.transactions();

    @AfterEach
    void close() {
        database.close();
    }

    private void change(UUID thing) {
        database.execute("update thing set changes = changes + 1 where id = ?", thing);
    }

    @Test
    void twoThatLockInACircleAreBothCommittedOnce() throws Exception {
        var things = database.things(2);
        var runs = new AtomicInteger();
        var bothHaveOne = new CyclicBarrier(2);
        try (var executor = Executors.newFixedThreadPool(2)) {
            var one =
                    CompletableFuture.runAsync(() -> inOrder(things, runs, bothHaveOne), executor);
            var two =
                    CompletableFuture.runAsync(
                            () -> inOrder(things.reversed(), runs, bothHaveOne), executor);
            CompletableFuture.allOf(one, two).get(30, TimeUnit.SECONDS);
        }

        assertThat(runs.get()).isEqualTo(3);
        assertThat(database.number("select sum(changes) from thing")).isEqualTo(4);
    }

    private void inOrder(List<UUID> things, AtomicInteger runs, CyclicBarrier bothHaveOne) {
        transactions.call(
                () -> {
                    change(things.get(0));
                    if (runs.incrementAndGet() <= 2) {
                        bothHaveOne.await(30, TimeUnit.SECONDS);
                    }
                    change(things.get(1));
                    return true;
                });
    }

    @Test
    void oneBrokenOffAtTheCommitRunsAgain() {
        var thing = database.things(1).getFirst();
        var runs = new AtomicInteger();

        transactions.run(
                () -> {
                    change(thing);
                    if (runs.incrementAndGet() == 1) {
                        failAtCommit(new SQLException("deadlock detected", "40P01"));
                    }
                });

        assertThat(runs.get()).isEqualTo(2);
        assertThat(database.number("select changes from thing")).isEqualTo(1);
    }

    private void failAtCommit(SQLException failure) {
        database.synchronizations()
                .registerInterposedSynchronization(
                        new Synchronization() {
                            @Override
                            public void beforeCompletion() {
                                throw new IllegalStateException(failure);
                            }

                            @Override
                            public void afterCompletion(int status) {}
                        });
    }

    @Test
    void whatTheWorkThrowsRollsBackAndIsNotTriedAgain() {
        var thing = database.things(1).getFirst();
        var runs = new AtomicInteger();

        assertThatThrownBy(
                        () ->
                                transactions.run(
                                        () -> {
                                            runs.incrementAndGet();
                                            change(thing);
                                            throw new IllegalStateException("no");
                                        }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no");

        assertThat(runs.get()).isEqualTo(1);
        assertThat(database.number("select changes from thing")).isZero();
    }

    @Test
    void aConnectionLostBeforeTheCommitIsTheDatabasesFault() {
        var thing = database.things(1).getFirst();

        assertThatThrownBy(
                        () ->
                                transactions.run(
                                        () -> {
                                            change(thing);
                                            var mine = database.number("select pg_backend_pid()");
                                            CompletableFuture.runAsync(() -> terminate(mine))
                                                    .join();
                                        }))
                .matches(DatabaseFault::unavailable);

        assertThat(database.number("select changes from thing")).isZero();
    }

    private void terminate(long backend) {
        database.number("select pg_terminate_backend(?, 10000)::int", (int) backend);
    }

    @Test
    void aLostConnectionIsTheDatabasesFaultAndAWrongStatementIsNot() {
        assertThatThrownBy(
                        () ->
                                transactions.run(
                                        () -> {
                                            database.number("select 1");
                                            database.execute(
                                                    "select pg_terminate_backend(pg_backend_pid())");
                                        }))
                .matches(DatabaseFault::unavailable);
        assertThatThrownBy(() -> transactions.run(() -> database.execute("select nonsense")))
                .isInstanceOf(JdbiException.class)
                .matches(failure -> !DatabaseFault.unavailable(failure))
                .matches(failure -> !DatabaseFault.brokenOff(failure));
    }
}
