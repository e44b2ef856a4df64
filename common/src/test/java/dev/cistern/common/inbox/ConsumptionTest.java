package dev.cistern.common.inbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ConsumptionTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final Consumption consumption = new Consumption();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);

    @AfterEach
    void stop() {
        release.countDown();
        threads.close();
    }

    private static boolean acknowledged(CompletionStage<Void> outcome) {
        return outcome.toCompletableFuture().isDone();
    }

    private CompletableFuture<CompletionStage<Void>> handling() throws InterruptedException {
        var outcome = CompletableFuture.supplyAsync(() -> consumption.of(this::handle), threads);
        begun.await();
        return outcome;
    }

    private void handle() {
        begun.countDown();
        try {
            release.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whatIsHandledIsAcknowledged() {
        var handled = new AtomicBoolean();

        assertThat(acknowledged(consumption.of(() -> handled.set(true)))).isTrue();
        assertThat(handled).isTrue();
    }

    @Test
    void aFailureIsTold() {
        assertThatThrownBy(
                        () ->
                                consumption.of(
                                        () -> {
                                            throw new IllegalStateException("no");
                                        }))
                .hasMessage("no");
    }

    @Test
    void nothingIsHandledOrAcknowledgedAfterTheEnd() {
        consumption.end(LONG);
        var handled = new AtomicBoolean();

        assertThat(acknowledged(consumption.of(() -> handled.set(true)))).isFalse();
        assertThat(handled).isFalse();
    }

    @Test
    void theEndWaitsForWhatIsBeingHandled() throws Exception {
        var outcome = handling();
        var end = CompletableFuture.runAsync(() -> consumption.end(LONG), threads);
        while (!consumption.ended()) {
            Thread.sleep(1);
        }

        assertThat(end).isNotDone();
        release.countDown();
        end.get(30, TimeUnit.SECONDS);

        assertThat(acknowledged(outcome.get())).isFalse();
    }

    @Test
    void theEndWaitsNoLongerThanAllowed() throws Exception {
        var outcome = handling();

        consumption.end(Duration.ofMillis(50));

        assertThat(outcome).isNotDone();
        release.countDown();
        assertThat(acknowledged(outcome.get())).isFalse();
    }

    /** By then it may have lost what it needs. */
    @Test
    void aFailureAfterTheEndIsNotTold() {
        var outcome =
                consumption.of(
                        () -> {
                            consumption.end(Duration.ZERO);
                            throw new IllegalStateException("gone");
                        });

        assertThat(acknowledged(outcome)).isFalse();
    }
}
