package dev.cistern.cli.http;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Why Cistern refused a request or an operation failed (RFC 9457).
 *
 * @param code stable, such as {@code pool-full}; empty if the answer had none
 * @param detail a sentence for people
 */
public record Problem(String code, String detail) {

    /** Reads a problem; {@code fallback} is the detail of one that has neither detail nor title. */
    public static Problem of(JsonNode body, String fallback) {
        var title = body.path("title").asText(fallback);
        return new Problem(body.path("code").asText(""), body.path("detail").asText(title));
    }

    /** The detail with the code after it. */
    public String sentence() {
        return code.isEmpty() ? detail : "%s (%s)".formatted(detail, code);
    }
}
