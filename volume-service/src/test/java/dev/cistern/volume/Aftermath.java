package dev.cistern.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.partner.PublicEvent;
import dev.cistern.partner.Rows;
import dev.cistern.partner.Stage;
import dev.cistern.volume.work.VolumeWork;
import jakarta.enterprise.inject.spi.CDI;

/** What must be so whatever a test class did. */
final class Aftermath {
    private Aftermath() {}

    static void check() {
        assertThat(Stage.shared().deadLetters()).isEmpty();
        assertThat(Rows.number("select count(*) from volume.outbox where refused is not null"))
                .isZero();
        var watchdog = CDI.current().select(VolumeWork.class).get().runtime().watchdog();
        assertThat(watchdog.sweptUp()).isZero();
        PublicEvent.requireGapless(Stage.shared().events());
        ledgersMatchTheirVolumes();
    }

    private static void ledgersMatchTheirVolumes() {
        assertThat(
                        Rows.number(
                                "select count(*) from volume.ledger l where reserved"
                                        + " + coalesce((select sum(bytes) from volume.ledger_entry e where e.pool = l.pool), 0)"
                                        + " <> coalesce((select sum(capacity) from volume.volume v where v.pool = l.pool"
                                        + " and state in ('CREATING', 'AVAILABLE', 'DELETING', 'TRASHED')), 0)"))
                .isZero();
    }
}
