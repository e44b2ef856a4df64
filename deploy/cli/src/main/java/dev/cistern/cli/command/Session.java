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
     * Reads the answer to a request for work.
     *
     * @throws Failure.Unreachable if it is no operation
     */
    public Operation accepted(JsonNode answer) throws Failure {
        return required(Operation.of(answer));
    }

    /**
     * Reads the answer to a question about an operation that was put to this service.
     *
     * @throws Failure.Unreachable if it is no operation
     */
    public Operation operation(String service, JsonNode answer) throws Failure {
        return required(Operation.of(answer, service));
    }

    private Operation required(Operation operation) throws Failure {
        if (operation.id().isEmpty() || operation.state().isEmpty()) {
            throw api.foreign("an operation was expected");
        }
        return operation;
    }
}
