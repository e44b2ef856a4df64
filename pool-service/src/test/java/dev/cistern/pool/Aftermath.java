package dev.cistern.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.partner.PublicEvent;
import dev.cistern.partner.Rows;
import dev.cistern.partner.Stage;
import dev.cistern.pool.work.PoolWork;
import jakarta.enterprise.inject.spi.CDI;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** What must be so whatever a test class did. */
final class Aftermath {
    private Aftermath() {}

    static void check() {
        assertThat(Stage.shared().deadLetters()).isEmpty();
        assertThat(Rows.number("select count(*) from pool.outbox where refused is not null"))
                .isZero();
        var watchdog = CDI.current().select(PoolWork.class).get().runtime().watchdog();
        assertThat(watchdog.sweptUp()).isZero();
        eventsAreGapless();
    }

    private static void eventsAreGapless() {
        Stage.shared().events().stream()
                .collect(Collectors.groupingBy(PublicEvent::subject))
                .values()
                .forEach(Aftermath::gapless);
    }

    private static void gapless(List<PublicEvent> events) {
        var sequences =
                events.stream()
                        .sorted(Comparator.comparingLong(PublicEvent::sequence))
                        .map(PublicEvent::sequence)
                        .distinct()
                        .toList();
        assertThat(sequences)
                .as("events of " + events)
                .isEqualTo(LongStream.rangeClosed(1, sequences.size()).boxed().toList());
        assertThat(events.stream().map(PublicEvent::sequence).toList()).isSorted();
    }
}
