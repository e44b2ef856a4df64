package dev.cistern.img;

import dev.cistern.image.Progress;
import java.io.PrintStream;
import java.util.Locale;

/** How far work has come, in one line that is written over and over; with {@code -p} only. */
final class ProgressLine implements Progress {
    private static final int ALL = 100;

    private final PrintStream out;
    private final boolean shown;
    private double told = -1;

    ProgressLine(Console console, Options options) {
        this.out = console.out();
        this.shown = options.has("p") && !options.has("q");
    }

    @Override
    public void at(long done, long total) {
        var percent = total == 0 ? ALL : (double) ALL * done / total;
        if (shown && (percent - told >= 1 || (percent == ALL && told < ALL))) {
            told = percent;
            out.printf(Locale.ROOT, "    (%.2f/100%%)\r", percent);
            out.flush();
        }
    }

    /** Ends the line. */
    void end() {
        if (shown) {
            at(1, 1);
            out.print("\n");
        }
    }
}
