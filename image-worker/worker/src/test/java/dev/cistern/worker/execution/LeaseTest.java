package dev.cistern.worker.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LeaseTest {
    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5);
    private final Lease lease = new Lease(Duration.ofNanos(15), clock::get);
    private final Standing standing =
            new Standing(lease, new PoolProbes(Duration.ofSeconds(1), _ -> null));

    @Test
    void doesNotHoldBeforeAHeartbeatHasArrived() {
        assertThat(lease.term()).isEmpty();
    }

    @Test
    void holdsForItsLengthFromTheSending() {
        lease.renewed(clock.get());

        clock.addAndGet(14);
        assertThat(lease.term()).isPresent();
        clock.addAndGet(1);
        assertThat(lease.term()).isEmpty();
    }

    @Test
    void staysOneTermWhileItIsRenewedInTime() {
        lease.renewed(clock.get());
        var taken = lease.term().orElseThrow();

        clock.addAndGet(14);
        lease.renewed(clock.get());
        clock.addAndGet(14);

        assertThat(lease.term()).contains(taken);
        standing.require(taken);
    }

    @Test
    void isAnotherTermAfterAGapHoweverSoonItIsAskedFor() {
        lease.renewed(clock.get());
        var taken = lease.term().orElseThrow();

        clock.addAndGet(15);
        lease.renewed(clock.get());

        assertThat(lease.term()).isPresent().isNotEqualTo(Optional.of(taken));
        assertThatThrownBy(() -> standing.require(taken))
                .isInstanceOf(DroppedException.class)
                .hasMessageContaining("lease");
    }

    @Test
    void isNotShortenedByWordThatComesLate() {
        lease.renewed(clock.get());
        lease.renewed(clock.get() - 10);

        clock.addAndGet(14);
        assertThat(lease.term()).isPresent();
    }
}
