package dev.cistern.flow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A client of the HTTP interface, which may be at two addresses. */
final class Api {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration TIMEOUT = Duration.ofSeconds(70);

    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(5))
                    .build();
    private final URI pools;
    private final URI volumes;

    Api(URI pools, URI volumes) {
        this.pools = pools;
        this.volumes = volumes;
    }

    /** What came back. */
    record Answer(int status, JsonNode body) {
        String text(String field) {
            return body.path(field).asText();
        }
    }

    Answer get(String path) throws IOException, InterruptedException {
        return send("GET", path, null, "application/json");
    }

    Answer post(String path, Map<String, ?> body) throws IOException, InterruptedException {
        return send("POST", path, JSON.writeValueAsString(body), "application/json");
    }

    Answer postText(String path, String json) throws IOException, InterruptedException {
        return send("POST", path, json, "application/json");
    }

    Answer postXml(String path, String xml) throws IOException, InterruptedException {
        return send("POST", path, xml, "application/xml");
    }

    Answer patch(String path, Map<String, ?> body) throws IOException, InterruptedException {
        return send("PATCH", path, JSON.writeValueAsString(body), "application/json");
    }

    Answer delete(String path) throws IOException, InterruptedException {
        return send("DELETE", path, null, "application/json");
    }

    private Answer send(String method, String path, @Nullable String body, String type)
            throws IOException, InterruptedException {
        var address = path.startsWith("/v1/volumes") ? volumes : pools;
        var request =
                HttpRequest.newBuilder(address.resolve(path))
                        .timeout(TIMEOUT)
                        .header("Content-Type", type)
                        .method(
                                method,
                                body == null
                                        ? BodyPublishers.noBody()
                                        : BodyPublishers.ofString(body))
                        .build();
        HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
        return new Answer(answer.statusCode(), json(answer.body()));
    }

    private static JsonNode json(String body) throws IOException {
        return body.isEmpty() || body.startsWith("<")
                ? JSON.createObjectNode()
                : JSON.readTree(body);
    }

    /** All pages of a list. */
    List<JsonNode> all(String path) throws IOException, InterruptedException {
        var items = new ArrayList<JsonNode>();
        var joint = path.contains("?") ? "&" : "?";
        var next = path + joint + "limit=1000";
        while (true) {
            var answer = get(next);
            if (answer.status() != 200) {
                throw new IOException(path + " answered " + answer);
            }
            answer.body().path("items").forEach(items::add);
            if (!answer.body().hasNonNull("next")) {
                return items;
            }
            next = path + joint + "limit=1000&cursor=" + answer.text("next");
        }
    }

    /** Waits for the end of an accepted operation and returns it as it ended. */
    JsonNode end(String kind, Answer accepted) throws Exception {
        if (accepted.status() != 202) {
            throw new AssertionError("not accepted: " + accepted);
        }
        return end(kind, accepted.text("id"));
    }

    /**
     * The same by id.
     *
     * @param kind pools or volumes
     */
    JsonNode end(String kind, String operation) throws Exception {
        return Await.until(
                        "the end of operation " + operation,
                        () -> get("/v1/" + kind + "/-/operations/" + operation + "?wait=5s"),
                        answer -> answer.body().path("done").asBoolean())
                .body();
    }

    /** The same, which must be a success. */
    JsonNode success(String kind, Answer accepted) throws Exception {
        var operation = end(kind, accepted);
        if (!"succeeded".equals(operation.path("state").asText())) {
            throw new AssertionError("did not succeed: " + operation.toPrettyString());
        }
        return operation;
    }
}
