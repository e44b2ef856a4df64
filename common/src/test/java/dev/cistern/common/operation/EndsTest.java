package dev.cistern.common.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.common.message.Lane;
import dev.cistern.common.testing.Database;
import dev.cistern.common.testing.Eventually;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EndsTest {
    private static final UUID OPERATION = new UUID(1, 2);

    private final Database database = Database.create();
    private final Ends ends = new Ends(database.synchronizations());
    private final AtomicBoolean ended = new AtomicBoolean();

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void allWhoWaitAreWokenByTheCommit() throws Exception {
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var one = CompletableFuture.runAsync(() -> await(Duration.ofMinutes(1)), executor);
            var two = CompletableFuture.runAsync(() -> await(Duration.ofMinutes(1)), executor);
            Eventually.that("both wait", () -> ends.awaited() == 1);

            database.transactions()
                    .run(
                            () -> {
                                ends.announce(ended(OPERATION));
                                ended.set(true);
                            });

            CompletableFuture.allOf(one, two).get(30, TimeUnit.SECONDS);
        }
        assertThat(ends.awaited()).isZero();
    }

    @Test
    void oneWhoLosesPatienceDoesNotTakeTheOthersAlong() throws Exception {
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var patient = CompletableFuture.runAsync(() -> await(Duration.ofMinutes(1)), executor);
            Eventually.that("it waits", () -> ends.awaited() == 1);

            await(Duration.ofMillis(1));
            assertThat(ends.awaited()).isEqualTo(1);

            ended.set(true);
            patient.get(30, TimeUnit.SECONDS);
        }
        assertThat(ends.awaited()).isZero();
    }

    @Test
    void aWordThatWasNotTrueMakesNobodyBusy() throws Exception {
        var looks = new AtomicInteger();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var waiting =
                    CompletableFuture.runAsync(
                            () ->
                                    ends.await(
                                            OPERATION,
                                            Duration.ofMillis(300),
                                            () -> looks.incrementAndGet() < 0),
                            executor);
            Eventually.that("it waits", () -> ends.awaited() == 1);
            database.transactions().run(() -> ends.announce(ended(OPERATION)));
            waiting.get(30, TimeUnit.SECONDS);
        }

        assertThat(looks.get()).isLessThan(10);
    }

    @Test
    void whoListensHearsOfCommitsOnly() {
        var heard = new ArrayList<UUID>();
        ends.listen(operation -> heard.add(operation.id()));
        var undone = new UUID(3, 4);

        assertThatThrownBy(
                        () ->
                                database.transactions()
                                        .run(
                                                () -> {
                                                    ends.announce(ended(undone));
                                                    throw new IllegalStateException("undone");
                                                }))
                .hasMessage("undone");
        database.transactions().run(() -> ends.announce(ended(OPERATION)));

        assertThat(heard).containsExactly(OPERATION);
    }

    private static Operation ended(UUID id) {
        return new Operation(
                id,
                1,
                "Paint",
                "thing",
                id,
                "wall",
                id,
                "default",
                "anonymous",
                OperationState.SUCCEEDED,
                "",
                0,
                0,
                0,
                null,
                "group",
                Lane.METADATA,
                "{}",
                null,
                1,
                0,
                null,
                null,
                null,
                60,
                Instant.EPOCH,
                Instant.EPOCH,
                Instant.EPOCH,
                Instant.EPOCH,
                null,
                "{}");
    }

    private void await(Duration atMost) {
        ends.await(OPERATION, atMost, ended::get);
    }
}
