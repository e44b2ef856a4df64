package dev.cistern.cli.text;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * One line on a terminal that is written over and over, once there is something to wait for;
 * nothing where nobody watches.
 */
public final class ProgressBar implements AutoCloseable {
    private static final int CELLS = 12;
    private static final int COLUMNS = 79;
    private static final Duration QUIET = Duration.ofSeconds(1);
    private static final String CLEAR_LINE = "\r\u001b[K";

    private final PrintWriter err;
    private final BooleanSupplier watched;
    private final LongSupplier clock;
    private final long start;
    private long bytesAtStart = -1;
    private boolean shown;

    /** A bar on {@code err}, if that is watched. */
    public ProgressBar(PrintWriter err, BooleanSupplier watched) {
        this(err, watched, System::nanoTime);
    }

    ProgressBar(PrintWriter err, BooleanSupplier watched, LongSupplier clock) {
        this.err = err;
        this.watched = watched;
        this.clock = clock;
        this.start = clock.getAsLong();
    }

    /** Whether someone sees it, so that it should be kept up to date. */
    public boolean isWatched() {
        return watched.getAsBoolean();
    }

    /**
     * How far it is.
     *
     * @param done bytes
     * @param total bytes; 0 if that is not known
     * @param rate bytes a second; 0 if that is not known
     * @param secondsLeft below 0 if that is not known
     */
    public record Figures(long done, long total, long rate, long secondsLeft) {}

    /**
     * Shows how far it is, unless it has only just begun.
     *
     * @param what is done, and at which stage
     */
    public void show(String what, Figures figures) {
        bytesAtStart = bytesAtStart < 0 ? figures.done() : bytesAtStart;
        var elapsed = Duration.ofNanos(clock.getAsLong() - start);
        if (elapsed.compareTo(QUIET) >= 0 && isWatched()) {
            err.print(CLEAR_LINE + line(Printable.of(what), figures, elapsed));
            err.flush();
            shown = true;
        }
    }

    private String line(String what, Figures figures, Duration elapsed) {
        var end =
                figures.total() <= 0
                        ? "  " + Durations.clock(elapsed)
                        : "  %s %s/s %s"
                                .formatted(
                                        bar(figures.done(), figures.total()),
                                        new ByteSize(rate(figures, elapsed)).human(),
                                        time(figures, elapsed));
        var room = Math.max(0, COLUMNS - end.length());
        return what.substring(0, what.offsetByCodePoints(0, fitting(what, room))) + end;
    }

    /** What is left, or how long it takes so far. */
    private static String time(Figures figures, Duration elapsed) {
        return figures.secondsLeft() < 0
                ? Durations.clock(elapsed)
                : "-" + Durations.clock(Duration.ofSeconds(figures.secondsLeft()));
    }

    private static int fitting(String text, int room) {
        var characters = text.codePoints().toArray();
        var columns = 0;
        for (var i = 0; i < characters.length; i++) {
            columns += Printable.columns(Character.toString(characters[i]));
            if (columns > room) {
                return i;
            }
        }
        return characters.length;
    }

    private static String bar(long done, long total) {
        var part = (double) Math.clamp(done, 0, total) / total;
        var filled = (int) (part * CELLS);
        return "[%s%s] %d%% %s/%s"
                .formatted(
                        "#".repeat(filled),
                        " ".repeat(CELLS - filled),
                        (int) (part * 100),
                        new ByteSize(done).human(),
                        new ByteSize(total).human());
    }

    /** As the server knows it, else since the first look; bytes a second. */
    private long rate(Figures figures, Duration elapsed) {
        return figures.rate() > 0
                ? figures.rate()
                : (long) (Math.max(0, figures.done() - bytesAtStart) / (elapsed.toNanos() / 1e9));
    }

    @Override
    public void close() {
        if (shown) {
            err.print(CLEAR_LINE);
            err.flush();
        }
    }
}
