package dev.cistern.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.partner.PublicEvent;
import dev.cistern.partner.Rows;
import dev.cistern.partner.Stage;
import dev.cistern.pool.work.PoolWork;
import jakarta.enterprise.inject.spi.CDI;

/** What must be so whatever a test class did. */
final class Aftermath {
    private Aftermath() {}

    static void check() {
        assertThat(Stage.shared().deadLetters()).isEmpty();
        assertThat(Rows.number("select count(*) from pool.outbox where refused is not null"))
                .isZero();
        var watchdog = CDI.current().select(PoolWork.class).get().runtime().watchdog();
        assertThat(watchdog.sweptUp()).isZero();
        PublicEvent.requireGapless(Stage.shared().events());
    }
}
