package dev.cistern.flow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * An endpoint as the OpenAPI document describes it.
 *
 * @param queries names of its query parameters
 * @param headers names of its header parameters
 * @param bodies schemas of its body by media type, with references resolved
 */
record Endpoint(
        String method,
        String path,
        List<String> queries,
        List<String> headers,
        Map<String, JsonNode> bodies) {
    private static final List<String> METHODS = List.of("get", "post", "put", "patch", "delete");

    /** All that a document has. */
    static List<Endpoint> of(JsonNode document) {
        var endpoints = new ArrayList<Endpoint>();
        document.path("paths")
                .properties()
                .forEach(
                        path ->
                                METHODS.stream()
                                        .filter(path.getValue()::has)
                                        .forEach(
                                                method ->
                                                        endpoints.add(
                                                                read(
                                                                        document,
                                                                        path.getKey(),
                                                                        method))));
        return endpoints;
    }

    private static Endpoint read(JsonNode document, String path, String method) {
        var item = document.path("paths").path(path);
        var operation = item.path(method);
        var queries = new ArrayList<String>();
        var headers = new ArrayList<String>();
        for (var parameters : List.of(item.path("parameters"), operation.path("parameters"))) {
            for (var parameter : parameters) {
                var name = parameter.path("name").asText();
                switch (parameter.path("in").asText()) {
                    case "query" -> queries.add(name);
                    case "header" -> headers.add(name);
                    default -> {}
                }
            }
        }
        var bodies = new java.util.TreeMap<String, JsonNode>();
        operation
                .path("requestBody")
                .path("content")
                .properties()
                .forEach(
                        content ->
                                bodies.put(
                                        content.getKey(),
                                        resolved(document, content.getValue().path("schema"))));
        return new Endpoint(method.toUpperCase(Locale.ROOT), path, queries, headers, bodies);
    }

    private static JsonNode resolved(JsonNode document, JsonNode schema) {
        if (schema.has("$ref")) {
            return resolved(document, document.at(schema.path("$ref").asText().substring(1)));
        }
        if (!(schema.path("properties") instanceof ObjectNode properties)) {
            return schema;
        }
        var copy = schema.deepCopy();
        properties
                .properties()
                .forEach(
                        property ->
                                ((ObjectNode) copy.path("properties"))
                                        .set(
                                                property.getKey(),
                                                scalar(document, property.getValue())));
        return copy;
    }

    /** One level is enough to know a member's type. */
    private static JsonNode scalar(JsonNode document, JsonNode schema) {
        return schema.has("$ref") ? document.at(schema.path("$ref").asText().substring(1)) : schema;
    }

    boolean reads() {
        return method.equals("GET");
    }

    /** Its path with these values; names without one get {@code other}. */
    String at(Map<String, String> values, String other) {
        var at = path;
        for (var start = at.indexOf('{'); start >= 0; start = at.indexOf('{')) {
            var end = at.indexOf('}', start);
            var name = at.substring(start + 1, end);
            at = at.substring(0, start) + values.getOrDefault(name, other) + at.substring(end + 1);
        }
        return at;
    }

    @Override
    public String toString() {
        return method + " " + path;
    }
}
