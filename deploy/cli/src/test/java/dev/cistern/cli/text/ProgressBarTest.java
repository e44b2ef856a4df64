package dev.cistern.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class ProgressBarTest {
    private static final String CLEAR = "\r\u001b[K";
    private static final long MIB = 1 << 20;

    private final StringWriter written = new StringWriter();
    private final PrintWriter err = new PrintWriter(written);
    private long now;

    private void after(Duration time) {
        now += time.toNanos();
    }

    @Test
    void staysAwayForTheFirstSecond() {
        try (var bar = new ProgressBar(err, () -> true, () -> now)) {
            after(Duration.ofMillis(999));
            bar.show("CreateVolume", 0, 0);
        }
        assertThat(written).hasToString("");
    }

    @Test
    void staysAwayWhereNobodyWatches() {
        try (var bar = new ProgressBar(err, () -> false, () -> now)) {
            after(Duration.ofMinutes(1));
            bar.show("CreateVolume", 5, 10);
        }
        assertThat(written).hasToString("");
    }

    @Test
    void showsBytesAndTheirRateSinceTheFirstLook() {
        try (var bar = new ProgressBar(err, () -> true, () -> now)) {
            bar.show("Clone", 10 * MIB, 40 * MIB);
            after(Duration.ofSeconds(5));
            bar.show("Clone", 20 * MIB, 40 * MIB);
        }
        assertThat(written)
                .hasToString(
                        CLEAR
                                + "Clone  [######      ] 50% 20.00 MiB/40.00 MiB 2.00 MiB/s 0:05"
                                + CLEAR);
    }

    @Test
    void showsTheTimeIfNothingElseIsKnown() {
        try (var bar = new ProgressBar(err, () -> true, () -> now)) {
            after(Duration.ofSeconds(3725));
            bar.show("StartPool: taking\u001b[1m stock", 0, 0);
        }
        assertThat(written).hasToString(CLEAR + "StartPool: taking\\x1b[1m stock  1:02:05" + CLEAR);
    }

    @Test
    void fitsOnOneLineAndKnowsNoMoreThanAll() {
        try (var bar = new ProgressBar(err, () -> true, () -> now)) {
            after(Duration.ofSeconds(2));
            bar.show("名".repeat(100), 50 * MIB, 40 * MIB);
        }
        var line = written.toString().replace(CLEAR, "");
        assertThat(line).contains("[############] 100%");
        assertThat(Printable.columns(line)).isBetween(70, 79);
    }
}
