package dev.cistern.worker.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.CommandMessage;
import dev.cistern.common.message.Owner;
import dev.cistern.common.message.PoolPlace;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PacesTest {
    private static final UUID POOL = new UUID(1, 1);

    private static CommandMessage command(UUID pool, @Nullable Long limit) {
        return new CommandMessage(
                UUID.randomUUID(),
                1,
                Owner.VOLUME,
                null,
                limit,
                new Command.ScanPool(new PoolPlace(pool, new UUID(2, 2), 1, "/pool"), null));
    }

    @Test
    void whatIsCopiedAtOnceIsWaitedForAtTheRate() {
        var pace = new Pace(1000);
        var now = System.nanoTime();

        assertThat(pace.after(500, now)).isBetween(Duration.ofMillis(400), Duration.ofMillis(501));
        assertThat(pace.after(500, now)).isBetween(Duration.ofMillis(900), Duration.ofMillis(1001));
    }

    @Test
    void timeInWhichNothingWasCopiedIsNotMadeUpFor() {
        var pace = new Pace(1000);
        var later = System.nanoTime() + Duration.ofHours(1).toNanos();

        assertThat(pace.after(1000, later)).isEqualTo(Duration.ofMillis(900));
    }

    @Test
    void withoutLimitsNothingWaits() {
        var free = new Paces(Paces.Limits.NONE).of(command(POOL, null));

        assertThat(free.after(Long.MAX_VALUE)).isEqualTo(Duration.ZERO);
    }

    @Test
    void theNarrowerOfTheRequestsAndTheWorkersLimitHolds() {
        var paces = new Paces(new Paces.Limits(1 << 20, 0));

        assertThat(paces.of(command(POOL, 1L << 10)).paces()).hasSize(1);
        assertThat(paces.of(command(POOL, 1L << 10)).after(1 << 10))
                .isGreaterThan(Duration.ofMillis(800));
        assertThat(paces.of(command(POOL, 1L << 30)).after(1 << 20))
                .isGreaterThan(Duration.ofMillis(800));
    }

    @Test
    void commandsOnAPoolShareItsPace() {
        var paces = new Paces(new Paces.Limits(0, 1000));
        var first = paces.of(command(POOL, null)).after(1000);

        assertThat(paces.of(command(POOL, null)).after(1000))
                .isGreaterThan(first.plus(Duration.ofMillis(500)));
        assertThat(paces.of(command(new UUID(9, 9), null)).after(1000))
                .isLessThanOrEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void lessThanNothingIsNoLimit() {
        assertThatThrownBy(() -> new Paces.Limits(-1, 0)).hasMessageContaining("is -1");
    }
}
