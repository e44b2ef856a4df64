package dev.cistern.cli.command;

import dev.cistern.cli.http.Api;
import java.io.PrintWriter;
import java.util.HashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** The options of every verb. */
public final class Common {
    /** Where {@code ./cistern up} listens. */
    public static final String DEFAULT_URL = "http://localhost:8080";

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "address of Cistern (default: CISTERN_URL, else " + DEFAULT_URL + ")")
    private String url = "";

    @Option(
            names = "--tenant",
            paramLabel = "NAME",
            description = "on whose behalf (default: CISTERN_TENANT)")
    private String tenant = "";

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description =
                    "${COMPLETION-CANDIDATES}: a table for people or exact values for programs")
    private Format format = Format.table;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "shows this")
    @SuppressWarnings("UnusedVariable") // picocli acts on it
    private boolean help;

    private Map<String, String> environment = Map.of();

    /** How answers are written. */
    enum Format {
        table,
        json
    }

    /** Gives the verbs of a command line the environment to take defaults from. */
    public static void environment(CommandLine line, Map<String, String> environment) {
        for (var verb : line.getSubcommands().values()) {
            if (verb.getCommand() instanceof Verb known) {
                known.common().environment = Map.copyOf(environment);
            }
        }
    }

    Session session(PrintWriter out, PrintWriter err) {
        var headers = new HashMap<String, String>();
        put(headers, "Cistern-Tenant", tenant.isEmpty() ? variable("CISTERN_TENANT") : tenant);
        put(
                headers,
                "Cistern-Actor",
                variable("CISTERN_ACTOR").isEmpty() ? variable("USER") : variable("CISTERN_ACTOR"));
        return new Session(new Api(address(), headers), out, err, format == Format.json);
    }

    private static void put(Map<String, String> headers, String name, String value) {
        if (!value.isEmpty()) {
            headers.put(name, value);
        }
    }

    private String address() {
        var given = url.isEmpty() ? variable("CISTERN_URL") : url;
        var address = given.isEmpty() ? DEFAULT_URL : given;
        var full = address.contains("://") ? address : "http://" + address;
        return full.endsWith("/") ? full.substring(0, full.length() - 1) : full;
    }

    private String variable(String name) {
        return environment.getOrDefault(name, "");
    }
}
