package dev.cistern.cli.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DurationsTest {
    @ParameterizedTest
    @CsvSource({"90,90", "30s,30", "5m,300", "2h,7200", "1d,86400", "0,0"})
    void readsUnits(String text, long seconds) {
        assertThat(Durations.parse(text)).isEqualTo(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "s", "-1", "5 m", "1w", "99999999999"})
    void refusesTheRest(String text) {
        assertThatThrownBy(() -> Durations.parse(text))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({"5,0:05", "754,12:34", "3723,1:02:03", "90000,25:00:00"})
    void writesAClock(long seconds, String text) {
        assertThat(Durations.clock(Duration.ofSeconds(seconds))).isEqualTo(text);
    }
}
