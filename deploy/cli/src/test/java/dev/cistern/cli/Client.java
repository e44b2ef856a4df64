package dev.cistern.cli;

import dev.cistern.cli.command.Surroundings;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Runs the client in this process as a shell would. */
final class Client {
    private final Map<String, String> environment = new HashMap<>();
    private boolean watched;
    private String input = "";

    Client(FakeCistern server) {
        environment.put("CISTERN_URL", server.url());
    }

    /**
     * What a run left behind.
     *
     * @param code the exit code
     */
    record Run(int code, String out, String err) {}

    Client with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    Client without(String variable) {
        environment.remove(variable);
        return this;
    }

    /** As if messages went to a terminal. */
    Client watched() {
        watched = true;
        return this;
    }

    Client reading(String text) {
        input = text;
        return this;
    }

    /** Runs a command line; its words are separated by single blanks. */
    Run run(String line) {
        return run(line.split(" ", -1));
    }

    Run run(String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        var code =
                Main.run(
                        new Surroundings(
                                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                                new PrintWriter(out, true),
                                new PrintWriter(err, true),
                                StandardCharsets.UTF_8,
                                Map.copyOf(environment),
                                () -> watched),
                        arguments);
        return new Run(code, out.toString(), err.toString());
    }
}
