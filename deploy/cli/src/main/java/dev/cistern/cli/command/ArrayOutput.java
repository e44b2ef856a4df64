package dev.cistern.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.http.Json;
import java.io.PrintWriter;

/** A JSON array that is written while its items come, however many there are. */
public final class ArrayOutput {
    private final PrintWriter out;
    private boolean begun;

    /** An array on {@code out}; nothing is written before the first item or the end. */
    public ArrayOutput(PrintWriter out) {
        this.out = out;
    }

    /** Writes one more item. */
    public void add(JsonNode item) {
        out.print(begun ? ", " : "[ ");
        out.print(Json.pretty(item));
        begun = true;
    }

    /** Ends the array, when all items have come. */
    public void end() {
        out.println(begun ? " ]" : "[ ]");
    }
}
