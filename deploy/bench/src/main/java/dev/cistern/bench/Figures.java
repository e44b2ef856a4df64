package dev.cistern.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.regex.Pattern;

/** Where figures go: a JSON line each to one stream, and what a person reads to another. */
public final class Figures {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final PrintStream lines;
    private final PrintStream progress;
    private final Pattern wanted;

    /**
     * Figures to two streams.
     *
     * @param wanted is found in the names of those that are to be measured
     */
    public Figures(PrintStream lines, PrintStream progress, Pattern wanted) {
        this.lines = lines;
        this.progress = progress;
        this.wanted = wanted;
    }

    /** Whether a figure is to be measured. */
    public boolean wants(String figure) {
        return wanted.matcher(figure).find();
    }

    /** Tells a figure at once. */
    public void add(Figure figure) {
        try {
            lines.println(JSON.writeValueAsString(figure));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
        say(
                "%-50s %12s %s%s"
                        .formatted(
                                figure.figure(),
                                plain(figure.value()),
                                figure.unit(),
                                compared(figure)));
    }

    private static String compared(Figure figure) {
        if (figure.peer() == null) {
            return "";
        }
        var peer = "  (peer %s".formatted(plain(figure.peer()));
        return figure.ratio() == null
                ? peer + ")"
                : peer + ", %s times better)".formatted(plain(figure.ratio()));
    }

    private static String plain(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    /** Tells what goes on. */
    public void say(String text) {
        progress.println(text);
    }
}
