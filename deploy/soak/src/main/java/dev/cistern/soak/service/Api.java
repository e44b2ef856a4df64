package dev.cistern.soak.service;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Cistern's HTTP interface. */
final class Api {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration TIMEOUT = Duration.ofSeconds(70);
    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;
    private static final int MOST_TRIES = 60;

    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(5))
                    .build();
    private final URI address;

    Api(URI address) {
        this.address = address;
    }

    /** What came back. */
    record Answer(int status, JsonNode body) {
        String text(String member) {
            return body.path(member).asText();
        }

        boolean accepted() {
            return status == 202;
        }
    }

    Answer get(String path) throws IOException, InterruptedException {
        return answer(HttpRequest.newBuilder(address.resolve(path)).GET());
    }

    /** A GET whose answer must be a success, soon after what it needs was killed if need be. */
    JsonNode read(String path) throws IOException, InterruptedException {
        var answer = get(path);
        for (var tries = 0; answer.status() == UNAVAILABLE && tries < MOST_TRIES; tries++) {
            TimeUnit.SECONDS.sleep(1);
            answer = get(path);
        }
        if (answer.status() != OK) {
            throw new IOException(path + " is answered " + answer);
        }
        return answer.body();
    }

    /** A change, which has its effect once even if its connection is lost and it is sent again. */
    Answer change(String method, String path, @Nullable Map<String, ?> body, UUID key)
            throws IOException, InterruptedException {
        var request =
                HttpRequest.newBuilder(address.resolve(path))
                        .header("Idempotency-Key", key.toString());
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        return answer(
                request.method(
                        method,
                        body == null
                                ? BodyPublishers.noBody()
                                : BodyPublishers.ofString(JSON.writeValueAsString(body))));
    }

    /** A change without a body that must be accepted, and whose operation must succeed. */
    void succeed(String method, String path) throws IOException, InterruptedException {
        var answer = change(method, path, null, UUID.randomUUID());
        var state = answer.accepted() ? end(path, answer.text("id")).path("state").asText() : "";
        if (!state.equals("succeeded")) {
            throw new IOException(method + " " + path + " ended " + state + ": " + answer);
        }
    }

    /** Waits for the end of an operation of the service that has this path. */
    JsonNode end(String path, String operation) throws IOException, InterruptedException {
        var service = path.startsWith("/v1/pools") ? "pools" : "volumes";
        while (true) {
            var now = read("/v1/%s/-/operations/%s?wait=10s".formatted(service, operation));
            if (now.path("done").asBoolean()) {
                return now;
            }
        }
    }

    /** All pages of a list. */
    List<JsonNode> all(String path) throws IOException, InterruptedException {
        var items = new ArrayList<JsonNode>();
        var first = path + (path.contains("?") ? "&" : "?") + "limit=1000";
        for (var next = first; ; ) {
            var page = read(next);
            page.path("items").forEach(items::add);
            if (!page.hasNonNull("next")) {
                return items;
            }
            next = first + "&cursor=" + page.path("next").asText();
        }
    }

    private Answer answer(HttpRequest.Builder request) throws IOException, InterruptedException {
        var response = http.send(request.timeout(TIMEOUT).build(), BodyHandlers.ofString());
        var body = response.body();
        return new Answer(
                response.statusCode(),
                body.startsWith("{") ? JSON.readTree(body) : JSON.createObjectNode());
    }
}
