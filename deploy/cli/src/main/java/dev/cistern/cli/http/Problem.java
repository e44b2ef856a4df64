package dev.cistern.cli.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.cli.text.ByteSize;
import dev.cistern.cli.text.Printable;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Why Cistern refused a request or an operation failed (RFC 9457).
 *
 * @param title the same for every problem of this kind
 * @param detail of this one, or empty
 * @param body the whole problem
 */
public record Problem(String title, String detail, JsonNode body) {
    private static final Set<String> STANDARD =
            Set.of("type", "code", "title", "status", "detail", "instance");
    private static final Set<String> BYTES =
            Set.of("used", "requested", "allowed", "available", "free", "capacity", "allocation");

    /** Whether an answer is a problem of Cistern's, and not a gateway's page. */
    public static boolean isProblem(JsonNode body) {
        return body.path("title").isTextual() || body.path("detail").isTextual();
    }

    /** Reads a problem. */
    public static Problem of(JsonNode body) {
        return of(body, "The request was refused");
    }

    /** Reads a problem that may be absent or have no title. */
    static Problem of(JsonNode body, String title) {
        return new Problem(body.path("title").asText(title), body.path("detail").asText(""), body);
    }

    /** Title and detail, safe for a terminal. */
    public String sentence() {
        return Printable.of(detail.isEmpty() ? title : title + ": " + detail);
    }

    /** Title and detail on the first line, then each figure on a line of its own. */
    public String text() {
        return sentence() + figures();
    }

    private String figures() {
        return body.properties().stream()
                .filter(member -> !STANDARD.contains(member.getKey()))
                .map(member -> "\n  " + figure(member.getKey(), member.getValue()))
                .collect(Collectors.joining());
    }

    private static String figure(String name, JsonNode value) {
        var exact = value.isValueNode() ? value.asText() : Json.write(value);
        var human =
                BYTES.contains(name) && value.canConvertToLong()
                        ? " (%s)".formatted(new ByteSize(value.asLong()).human())
                        : "";
        return Printable.of("%s: %s%s".formatted(name, exact, human));
    }
}
