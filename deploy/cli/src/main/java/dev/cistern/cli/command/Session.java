package dev.cistern.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.http.Api;
import dev.cistern.cli.http.Json;
import java.io.PrintWriter;

/**
 * What a verb works with.
 *
 * @param json whether answers are written as JSON
 */
public record Session(Api api, PrintWriter out, PrintWriter err, boolean json) {

    /** Writes a tree for programs. */
    public void print(JsonNode tree) {
        out.println(Json.pretty(tree));
    }

    /** Tells people something; programs are spared. */
    public void say(String sentence) {
        if (!json) {
            out.println(sentence);
        }
    }
}
