package dev.cistern.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.http.Api;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Json;
import dev.cistern.cli.http.Operation;
import dev.cistern.cli.text.Printable;
import dev.cistern.cli.text.ProgressBar;
import java.io.PrintWriter;

/**
 * What a verb works with.
 *
 * @param json whether answers are written as JSON
 */
public record Session(Api api, Surroundings surroundings, boolean json) {

    /** Where answers go. */
    public PrintWriter out() {
        return surroundings.out();
    }

    /** Where everything goes that is not an answer. */
    public PrintWriter err() {
        return surroundings.err();
    }

    /** Writes a tree for programs. */
    public void print(JsonNode tree) {
        out().println(Json.pretty(tree));
    }

    /** Writes a tree for programs, or tells people a sentence. */
    public void answer(JsonNode tree, String sentence) {
        if (json) {
            print(tree);
        } else {
            out().println(Printable.of(sentence));
        }
    }

    /** A bar for whoever watches. */
    public ProgressBar progress() {
        return new ProgressBar(err(), surroundings.watched());
    }

    /**
     * Reads an operation.
     *
     * @throws Failure.Unreachable if the answer is none
     */
    public Operation operation(JsonNode answer) throws Failure {
        var operation = Operation.of(answer);
        if (operation.id().isEmpty() || operation.state().isEmpty()) {
            throw api.foreign("an operation was expected");
        }
        return operation;
    }
}
