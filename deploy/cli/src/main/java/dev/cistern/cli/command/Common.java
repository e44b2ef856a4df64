package dev.cistern.cli.command;

import dev.cistern.cli.http.Api;
import java.util.HashMap;
import java.util.Map;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The options of every verb, before or after its name. */
public final class Common {
    /** Where {@code ./cistern up} listens. */
    public static final String DEFAULT_URL = "http://localhost:8080";

    @Option(
            names = "--url",
            paramLabel = "URL",
            scope = ScopeType.INHERIT,
            description = "address of Cistern (default: CISTERN_URL, else " + DEFAULT_URL + ")")
    private String url = "";

    @Option(
            names = "--tenant",
            paramLabel = "NAME",
            scope = ScopeType.INHERIT,
            description = "on whose behalf (default: CISTERN_TENANT)")
    private String tenant = "";

    @Option(
            names = "--idempotency-key",
            paramLabel = "KEY",
            scope = ScopeType.INHERIT,
            description =
                    "of a request that may have been made before: it is done once (default: a new one each time)")
    private String key = "";

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            scope = ScopeType.INHERIT,
            description = "${COMPLETION-CANDIDATES}: for people, or exact values for programs")
    private Format format = Format.TABLE;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "shows this")
    @SuppressWarnings("UnusedVariable") // picocli acts on it
    private boolean help;

    /** How answers are written. */
    enum Format {
        TABLE("table"),
        JSON("json");

        private final String word;

        Format(String word) {
            this.word = word;
        }

        @Override
        public String toString() {
            return word;
        }
    }

    /** What a verb works with, by the options given and the environment. */
    public Session session(Surroundings surroundings) {
        return new Session(
                new Api(address(surroundings), headers(surroundings), key),
                surroundings,
                format == Format.JSON);
    }

    private Map<String, String> headers(Surroundings surroundings) {
        var headers = new HashMap<String, String>();
        headers.put("Cistern-Tenant", firstOf(tenant, surroundings.variable("CISTERN_TENANT"), ""));
        headers.put(
                "Cistern-Actor",
                firstOf(
                        surroundings.variable("CISTERN_ACTOR"),
                        actor(surroundings.variable("USER")),
                        ""));
        headers.values().removeIf(String::isEmpty);
        return headers;
    }

    /** A user's name of whatever system as a name of an actor. */
    private static String actor(String user) {
        return user.replaceAll("[^A-Za-z0-9@._:-]", "_");
    }

    private String address(Surroundings surroundings) {
        var address = firstOf(url, surroundings.variable("CISTERN_URL"), DEFAULT_URL);
        var full = address.contains("://") ? address : "http://" + address;
        return full.endsWith("/") && !full.endsWith("//")
                ? full.substring(0, full.length() - 1)
                : full;
    }

    private static String firstOf(String first, String second, String third) {
        return !first.isEmpty() ? first : !second.isEmpty() ? second : third;
    }
}
