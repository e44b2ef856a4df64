package dev.cistern.flow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The published schemas, of which members, types and what is required are checked. */
final class Schemas {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path FOLDER =
            Path.of(System.getProperty("cistern.deploy")).resolve("../docs/events");

    private Schemas() {}

    /** What is wrong with an event by its schema; nothing, for a right one. */
    static List<String> faults(EventLog.Event event) throws IOException {
        var kind = event.type().split("\\.", -1)[2];
        var schema = JSON.readTree(FOLDER.resolve(kind + ".v1.json").toFile());
        var faults = new ArrayList<String>();
        for (var required : schema.path("required")) {
            if (!event.data().has(required.asText())) {
                faults.add(event.type() + " lacks " + required.asText());
            }
        }
        for (var member : event.data().properties()) {
            var property = schema.path("properties").path(member.getKey());
            if (property.isMissingNode()) {
                faults.add(event.type() + " has " + member.getKey() + ", which is not published");
            } else if (!is(property.path("type").asText(), member.getValue())) {
                faults.add("%s: %s is %s".formatted(event.type(), member.getKey(), member));
            }
        }
        return faults;
    }

    private static boolean is(String type, JsonNode value) {
        return switch (type) {
            case "string" -> value.isTextual();
            case "integer" -> value.isIntegralNumber();
            case "object" -> value.isObject();
            default -> throw new IllegalStateException("no check for type " + type);
        };
    }
}
