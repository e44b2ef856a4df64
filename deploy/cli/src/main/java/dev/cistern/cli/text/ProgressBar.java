package dev.cistern.cli.text;

import java.io.Console;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;

/** One line on a terminal that is written over and over; nothing where there is none. */
public final class ProgressBar implements AutoCloseable {
    private static final int WIDTH = 30;
    private static final String CLEAR_LINE = "\r\u001b[K";

    private final PrintWriter err;
    private final boolean silent;
    private final long start = System.nanoTime();
    private boolean shown;

    /** A bar on {@code err}, if that is a terminal and it is not to be silent. */
    public ProgressBar(PrintWriter err, boolean silent) {
        this.err = err;
        this.silent =
                silent
                        || !Optional.ofNullable(System.console())
                                .map(Console::isTerminal)
                                .orElse(false);
    }

    /**
     * Shows how far it is.
     *
     * @param total bytes; 0 if that is not known
     */
    public void show(String kind, String stage, long done, long total) {
        if (silent) {
            return;
        }
        err.print(CLEAR_LINE + line(kind, stage, done, total));
        err.flush();
        shown = true;
    }

    private String line(String kind, String stage, long done, long total) {
        var elapsed = Duration.ofNanos(System.nanoTime() - start);
        var what = kind + (stage.isEmpty() ? "" : ": " + Printable.of(stage));
        return total <= 0
                ? "%s  %s".formatted(what, Durations.clock(elapsed))
                : "%s  %s  %s/s  %s"
                        .formatted(
                                what,
                                bar(done, total),
                                rate(done, elapsed),
                                Durations.clock(elapsed));
    }

    static String bar(long done, long total) {
        var part = (double) Math.min(done, total) / total;
        var filled = (int) (part * WIDTH);
        return "[%s%s] %3d%%"
                .formatted("#".repeat(filled), " ".repeat(WIDTH - filled), (int) (part * 100));
    }

    private static String rate(long done, Duration elapsed) {
        return new ByteSize((long) (done / Math.max(0.001, elapsed.toMillis() / 1000.0))).human();
    }

    @Override
    public void close() {
        if (shown) {
            err.print(CLEAR_LINE);
            err.flush();
        }
    }
}
