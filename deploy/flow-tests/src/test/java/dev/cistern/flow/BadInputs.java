package dev.cistern.flow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** Input that makes no sense, from what the OpenAPI document says would. */
final class BadInputs {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int DEEP = 20_000;
    private static final int LONG = 100_000;

    /** As they go into a URL; none is the name or id of anything. */
    static final List<String> WORDS =
            List.of(
                    "nothing",
                    "00000000-0000-0000-0000-000000000000",
                    "not-a-uuid-at-all-but-36-characters!",
                    "%00",
                    "a%01b",
                    "%0d%0aX:%20y",
                    "%ff%fe",
                    "%ed%a0%80",
                    "%2e%2e%2f%2e%2e%2fetc",
                    "..;",
                    "'%20or%20''='",
                    "-1",
                    "0",
                    "99999999999999999999999999",
                    "1e400",
                    "NaN",
                    "%E2%80%AE",
                    "a:b:c:d",
                    "x".repeat(3000));

    /** As they go into a header. */
    static final List<String> HEADERS =
            List.of(
                    "",
                    " ",
                    "-1",
                    "wait=",
                    "wait=-1",
                    "wait=99999999999999999999",
                    "\"",
                    "W/\"x\"",
                    "*",
                    "a,b;c=d",
                    "\u00e4\u00f6",
                    "x".repeat(3000));

    /** Bodies that say nothing, which some endpoints do with. */
    static final List<String> BLANKS = List.of("", " ", "null");

    /** Bodies that are no request, whatever the endpoint. */
    static final List<String> BODIES =
            List.of(
                    "{",
                    "}",
                    "[]",
                    "[{}]",
                    "5",
                    "true",
                    "\"text\"",
                    "{\"a\"",
                    "{\"a\":}",
                    "{\"a\":1,}",
                    "{'a':1}",
                    "{\"unknown\":1}",
                    "\u0000",
                    "<pool/>",
                    "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><pool>&e;</pool>",
                    "[".repeat(DEEP),
                    "{\"name\":".repeat(DEEP),
                    "{\"name\":\"" + "x".repeat(LONG) + "\"}{");

    private static final List<String> NEVER =
            List.of(
                    "{}",
                    "[]",
                    "[[1]]",
                    "{\"a\":{\"b\":[]}}",
                    "1e400",
                    "123456789012345678901234567890");

    private static final List<String> NO_TEXT = List.of("5", "-1", "1.5", "true");
    private static final List<String> NO_NUMBER =
            List.of("\"5\"", "\"\"", "\"x\"", "true", "1.5", "\"\\u0000\"");
    private static final List<String> NO_TRUTH = List.of("5", "\"yes\"", "\"\"", "1.5");

    private static final List<String> STRANGE =
            List.of(
                    "null",
                    "\"\"",
                    "\" \"",
                    "\"\\u0000\"",
                    "\"a\\nb\"",
                    "\"\\ud800\"",
                    "\"../../etc/passwd\"",
                    "\"/\"",
                    "\"" + "x".repeat(LONG) + "\"",
                    "-1",
                    "0",
                    "9223372036854775807",
                    "-9223372036854775808",
                    "false");

    private BadInputs() {}

    /**
     * Bodies of which each has a member that cannot be.
     *
     * @param sound a body that would do
     */
    static List<String> wrong(JsonNode schema, ObjectNode sound) {
        var bodies = new ArrayList<String>();
        schema.path("properties")
                .properties()
                .forEach(
                        member -> {
                            var values = new ArrayList<String>();
                            var types = types(member.getValue());
                            if (types.equals(List.of("string"))) {
                                values.addAll(NO_TEXT);
                            } else if (types.equals(List.of("integer"))) {
                                values.addAll(NO_NUMBER);
                            } else if (types.equals(List.of("boolean"))) {
                                values.addAll(NO_TRUTH);
                            }
                            if (!types.isEmpty()
                                    && !types.contains("object")
                                    && !types.contains("array")) {
                                values.addAll(NEVER);
                            }
                            values.forEach(
                                    value -> bodies.add(with(sound, member.getKey(), value)));
                        });
        bodies.add(with(sound, "noSuchMember", "1"));
        return bodies;
    }

    /** Bodies with values that are strange and may be refused or not. */
    static List<String> strange(JsonNode schema, ObjectNode sound) {
        var bodies = new ArrayList<String>();
        schema.path("properties")
                .properties()
                .forEach(
                        member -> {
                            STRANGE.forEach(
                                    value -> bodies.add(with(sound, member.getKey(), value)));
                            var without = sound.deepCopy();
                            without.remove(member.getKey());
                            bodies.add(without.toString());
                        });
        return bodies;
    }

    /** Types but null; none if the schema does not tell. */
    private static List<String> types(JsonNode schema) {
        var types = new ArrayList<String>();
        if (schema.path("type").isTextual()) {
            types.add(schema.path("type").asText());
        }
        schema.path("type").forEach(type -> types.add(type.asText()));
        types.remove("null");
        return types;
    }

    /** Text, since not everything that is sent is JSON to Jackson. */
    private static String with(ObjectNode sound, String member, String value) {
        var rest = sound.deepCopy();
        rest.remove(member);
        var text = rest.toString();
        var start = text.equals("{}") ? "{" : text.substring(0, text.length() - 1) + ",";
        return start + JSON.getNodeFactory().textNode(member) + ":" + value + "}";
    }
}
