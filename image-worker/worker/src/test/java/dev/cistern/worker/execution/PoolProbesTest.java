package dev.cistern.worker.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.common.message.PoolPlace;
import dev.cistern.worker.Eventually;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class PoolProbesTest {
    private final CountDownLatch answers = new CountDownLatch(1);
    private final PoolPlace pool = new PoolPlace(UUID.randomUUID(), UUID.randomUUID(), 1, "/hangs");

    private PoolProbes hanging() {
        return new PoolProbes(
                Duration.ofMillis(1),
                _ -> {
                    try {
                        answers.await();
                        return null;
                    } catch (InterruptedException e) {
                        throw new InterruptedIOException();
                    }
                });
    }

    @Test
    void storageThatHangsEndsTheStandingUntilItAnswers() throws Exception {
        var lease = new Lease(Duration.ofHours(1));
        lease.renewed(System.nanoTime());
        try (var probes = hanging()) {
            var standing = new Standing(lease, probes);
            var taken = standing.toTake().orElseThrow();

            probes.watch(pool);

            Eventually.that("it hangs", () -> standing.toTake().isEmpty());
            assertThat(probes.hanging()).containsExactly("/hangs");
            assertThatThrownBy(() -> standing.require(taken)).hasMessageContaining("/hangs");

            answers.countDown();
            Eventually.that("it answers", () -> standing.toTake().isPresent());
        }
    }

    @Test
    void aPoolThatIsForgottenHoldsNothingUp() throws Exception {
        try (var probes = hanging()) {
            probes.watch(pool);
            Eventually.that("it hangs", () -> !probes.hanging().isEmpty());

            probes.forget(pool);

            assertThat(probes.hanging()).isEmpty();
            assertThat(probes.watched()).isEmpty();
        }
    }
}
