package dev.cistern.common.operation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Heartbeat;
import dev.cistern.common.message.Owner;
import dev.cistern.common.operation.Fleet.Mention;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ProgressNotesTest {
    private static final UUID ID = new UUID(1, 1);
    private static final long SECOND = 1_000_000_000;

    private final ProgressNotes notes = new ProgressNotes();

    private static Mention at(long seconds, int attempt, long bytes) {
        return new Mention(
                "w",
                new UUID(2, 2),
                new Heartbeat.Running(ID, attempt, Owner.VOLUME, "copying", bytes, 1000),
                seconds * SECOND);
    }

    private long rate(Mention mention) {
        var note = notes.news(ID, mention);
        if (note == null) {
            return -1;
        }
        notes.written(ID, note);
        return note.bytesPerSecond();
    }

    @Test
    void theRateFollowsWhatIsDoneASecond() {
        assertThat(rate(at(1, 1, 0))).isZero();
        assertThat(rate(at(2, 1, 100))).isEqualTo(100);
        assertThat(rate(at(3, 1, 300))).isEqualTo(130);
    }

    @Test
    void theSameWordTwiceIsNoNews() {
        assertThat(rate(at(1, 1, 50))).isZero();
        assertThat(rate(at(1, 1, 50))).isEqualTo(-1);
        assertThat(rate(at(2, 1, 50))).isEqualTo(-1);
    }

    @Test
    void whatStandsStillSlowsDownToNothing() {
        rate(at(1, 1, 0));
        rate(at(2, 1, 100));
        assertThat(rate(at(3, 1, 100))).isEqualTo(70);
        for (var second = 4; second < 60; second++) {
            rate(at(second, 1, 100));
        }
        assertThat(rate(at(60, 1, 100))).isEqualTo(-1);
    }

    @Test
    void anotherAttemptBeginsAnew() {
        rate(at(1, 1, 0));
        rate(at(2, 1, 100));
        assertThat(rate(at(3, 2, 10))).isZero();
    }

    @Test
    void whatIsNotKeptIsForgotten() {
        rate(at(1, 1, 0));
        notes.keep(List.of());
        assertThat(rate(at(2, 1, 100))).isZero();
    }
}
