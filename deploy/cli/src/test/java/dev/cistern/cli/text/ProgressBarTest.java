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
            bar.show("CreateVolume", new ProgressBar.Figures(0, 0, 0, -1));
        }
        assertThat(written).hasToString("");
    }

    @Test
    void staysAwayWhereNobodyWatches() {
        try (var bar = new ProgressBar(err, () -> false, () -> now)) {
            after(Duration.ofMinutes(1));
            bar.show("CreateVolume", new ProgressBar.Figures(5, 10, 0, -1));
        }
        assertThat(written).hasToString("");
    }

    @Test
    void showsBytesAndTheirRateSinceTheFirstLook() {
        try (var bar = new ProgressBar(err, () -> true, () -> now)) {
            bar.show("Clone", new ProgressBar.Figures(10 * MIB, 40 * MIB, 0, -1));
            after(Duration.ofSeconds(5));
            bar.show("Clone", new ProgressBar.Figures(20 * MIB, 40 * MIB, 0, -1));
        }
        assertThat(written)
                .hasToString(
                        CLEAR
                                + "Clone  [######      ] 50% 20.00 MiB/40.00 MiB 2.00 MiB/s 0:05"
                                + CLEAR);
    }

    @Test
    void showsTheServersRateAndWhatIsLeft() {
        try (var bar = new ProgressBar(err, () -> true, () -> now)) {
            after(Duration.ofSeconds(5));
            bar.show("Clone", new ProgressBar.Figures(20 * MIB, 40 * MIB, 4 * MIB, 65));
        }
        assertThat(written)
                .hasToString(
                        CLEAR
                                + "Clone  [######      ] 50% 20.00 MiB/40.00 MiB 4.00 MiB/s -1:05"
                                + CLEAR);
    }

    @Test
    void showsTheTimeIfNothingElseIsKnown() {
        try (var bar = new ProgressBar(err, () -> true, () -> now)) {
            after(Duration.ofSeconds(3725));
            bar.show("StartPool: taking\u001b[1m stock", new ProgressBar.Figures(0, 0, 0, -1));
        }
        assertThat(written).hasToString(CLEAR + "StartPool: taking\\x1b[1m stock  1:02:05" + CLEAR);
    }

    @Test
    void fitsOnOneLineAndKnowsNoMoreThanAll() {
        try (var bar = new ProgressBar(err, () -> true, () -> now)) {
            after(Duration.ofSeconds(2));
            bar.show("名".repeat(100), new ProgressBar.Figures(50 * MIB, 40 * MIB, 0, -1));
        }
        var line = written.toString().replace(CLEAR, "");
        assertThat(line).contains("[############] 100%");
        assertThat(Printable.columns(line)).isBetween(70, 79);
    }
}
