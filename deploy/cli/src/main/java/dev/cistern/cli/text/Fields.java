package dev.cistern.cli.text;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;

/** Labelled values, one a line, as in virsh's pool-info. */
public final class Fields {
    private static final int LABEL_WIDTH = 15;

    private final Map<String, String> values = new LinkedHashMap<>();

    /** Adds a value that may come from outside. */
    public Fields add(String label, String value) {
        values.put(label, Printable.of(value));
        return this;
    }

    /** Adds the value unless it is empty. */
    public Fields addIfPresent(String label, String value) {
        return value.isEmpty() ? this : add(label, value);
    }

    /** Writes them in the order added. */
    public void print(PrintWriter out) {
        values.forEach(
                (label, value) ->
                        out.println(("%-" + LABEL_WIDTH + "s %s").formatted(label + ":", value)));
    }
}
