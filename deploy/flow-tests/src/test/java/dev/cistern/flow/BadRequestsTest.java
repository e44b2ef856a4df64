package dev.cistern.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Bad input for every endpoint that the OpenAPI document knows: it is refused in words, nothing
 * fails inside, and nothing changes.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BadRequestsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String POOL = "bad";
    private static final List<String> TYPES =
            List.of(
                    "text/plain",
                    "application/xml",
                    "application/octet-stream",
                    "a",
                    "multipart/form-data");

    /** A request line of more than 4 KiB, which no endpoint gets to see. */
    private static final int TOO_LONG = 414;

    /** Stands for what is not there. */
    private static final String NOBODY = "nobody-has-this-name";

    private HttpClient http = client();
    private final List<String> failures = new ArrayList<>();
    private OneProcess cistern;
    private Path images;
    private List<Endpoint> endpoints;
    private Map<String, String> there;

    @BeforeAll
    void aPoolWithAVolume(@TempDir Path folder) throws Exception {
        cistern = OneProcess.on(folder.resolve("data"));
        images = Files.createDirectory(folder.resolve("pool"));
        var api = cistern.api();
        var pool = cistern.startedPool(POOL, images, Map.of());
        var created =
                api.success(
                        "volumes",
                        api.post(
                                "/v1/volumes",
                                Map.of(
                                        "pool",
                                        POOL,
                                        "name",
                                        "disk",
                                        "format",
                                        "qcow2",
                                        "capacity",
                                        1 << 20)));
        cistern.startedPool("stopped", Files.createDirectory(folder.resolve("stopped")), Map.of());
        api.success("pools", api.post("/v1/pools/stopped/stop", Map.of()));
        there =
                Map.of(
                        "pool", pool.path("id").asText(),
                        "volume", created.path("target").path("id").asText(),
                        "operation", created.path("id").asText());
        endpoints = Endpoint.of(api.get("/v1/openapi?format=json").body());
    }

    @AfterAll
    void stop() throws IOException {
        cistern.close();
    }

    private static HttpClient client() {
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    /** All that a change would show in. */
    private String state() throws Exception {
        var api = cistern.api();
        var state = new ArrayList<Object>();
        for (var list :
                List.of(
                        "/v1/pools",
                        "/v1/volumes",
                        "/v1/pools/-/operations",
                        "/v1/volumes/-/operations",
                        "/v1/events")) {
            state.add(api.all(list));
        }
        try (var files = Files.walk(images)) {
            files.sorted().forEach(state::add);
        }
        return state.toString();
    }

    private record Answer(int status, String type, String body) {}

    private Answer send(
            Endpoint endpoint,
            String path,
            Map<String, String> headers,
            String type,
            @Nullable String body)
            throws IOException, InterruptedException {
        var request =
                HttpRequest.newBuilder(URI.create(cistern.address() + path))
                        .timeout(Duration.ofSeconds(60))
                        .header("Content-Type", type)
                        .method(
                                endpoint.method(),
                                body == null
                                        ? BodyPublishers.noBody()
                                        : BodyPublishers.ofString(body));
        headers.forEach(request::header);
        var response = http.send(request.build(), BodyHandlers.ofString());
        if (response.statusCode() == TOO_LONG) {
            // The connection is closed after that, which a later request on it would suffer from.
            http = client();
        }
        return new Answer(
                response.statusCode(),
                response.headers().firstValue("Content-Type").orElse(""),
                response.body());
    }

    /** Refused with a problem. */
    private void refused(Endpoint endpoint, String what, Answer answer) throws IOException {
        answered(endpoint, what, answer);
        if (answer.status() == TOO_LONG) {
            return;
        }
        if (answer.status() < 400) {
            failures.add("%s took %s: %s".formatted(endpoint, brief(what), answer));
        } else if (!answer.type().startsWith("application/problem+json")
                || !JSON.readTree(answer.body()).hasNonNull("code")) {
            failures.add(
                    "%s refused %s without a problem: %s".formatted(endpoint, brief(what), answer));
        }
    }

    /** Answered in one way or another. */
    private void answered(Endpoint endpoint, String what, Answer answer) {
        if (answer.status() >= 500 && answer.status() != 503 && answer.status() != 507) {
            failures.add("%s fails at %s: %s".formatted(endpoint, brief(what), answer));
        }
    }

    private static String brief(String what) {
        return what.length() > 200 ? what.substring(0, 200) + "…" : what;
    }

    private void allWell() {
        assertThat(failures).as(() -> String.join("\n", failures)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    404 | {"pool":"absent","name":"x","capacity":512}
                    409 | {"pool":"stopped","name":"x","capacity":512}
                    409 | {"pool":"bad","name":"disk","capacity":512}
                    422 | {"pool":"bad","name":"","capacity":512}
                    422 | {"pool":"bad","name":"a/b","capacity":512}
                    422 | {"pool":"bad","name":"..","capacity":512}
                    422 | {"pool":"bad","name":"a\\nb","capacity":512}
                    422 | {"pool":"bad","name":"a\\u0000b","capacity":512}
                    422 | {"pool":"bad","name":"LONG","capacity":512}
                    422 | {"pool":"bad","name":"x","capacity":0}
                    422 | {"pool":"bad","name":"x","capacity":-1}
                    422 | {"pool":"bad","name":"x","capacity":4611686018427387904}
                    400 | {"pool":"bad","name":"x","capacity":9223372036854775808}
                    400 | {"pool":"bad","name":"x","capacity":1.5}
                    400 | {"pool":"bad","name":"x","capacity":"big"}
                    400 | {"pool":"bad","name":"x","capacity":512,"colour":"red"}
                    422 | {"pool":"bad","name":"x"}
                    422 | {"pool":"bad","name":"x","capacity":512,"format":"vdi"}
                    422 | {"pool":"bad","name":"x","capacity":512,"mode":"9"}
                    400 | {"pool":"a\\u0000b","name":"x","capacity":512}
                    400 | []
                    400 | {
                    400 | null
                    """)
    void aVolumeThatCannotBeIsRefusedWithItsReason(int status, String body) throws Exception {
        var before = state();

        var answer = cistern.api().postText("/v1/volumes", body.replace("LONG", "x".repeat(300)));

        assertThat(answer.status()).as("%s", answer).isEqualTo(status);
        assertThat(answer.text("detail")).isNotEmpty();
        assertThat(answer.text("code")).isNotEmpty();
        assertThat(state()).isEqualTo(before);
    }

    @Test
    void theDocumentKnowsTheEndpoints() {
        assertThat(endpoints)
                .extracting(Endpoint::toString)
                .contains(
                        "POST /v1/pools",
                        "POST /v1/volumes",
                        "DELETE /v1/volumes/{volume}",
                        "POST /v1/volumes/{volume}/operations/{operation}/cancel",
                        "GET /v1/nodes");
    }

    @Test
    void pathsThatNameNothing() throws Exception {
        var before = state();
        for (var endpoint : endpoints) {
            if (!endpoint.path().contains("{")) {
                continue;
            }
            for (var word : BadInputs.WORDS) {
                var path = endpoint.at(Map.of(), word);
                var answer = send(endpoint, path, Map.of(), "application/json", body(endpoint));
                if (endpoint.reads()) {
                    answered(endpoint, path, answer);
                } else {
                    refused(endpoint, path, answer);
                }
            }
        }
        allWell();
        assertThat(state()).isEqualTo(before);
    }

    private @Nullable String body(Endpoint endpoint) {
        var schema = endpoint.bodies().get("application/json");
        return schema == null ? null : sound(schema).toString();
    }

    @Test
    void parametersAndHeadersThatMakeNoSense() throws Exception {
        var before = state();
        for (var endpoint : endpoints) {
            var values = endpoint.reads() ? there : Map.<String, String>of();
            var path = endpoint.at(values, NOBODY);
            if (!endpoint.reads() && !path.contains(NOBODY)) {
                continue;
            }
            for (var query : endpoint.queries()) {
                for (var word : BadInputs.WORDS) {
                    var with = path + "?" + query + "=" + word;
                    answered(
                            endpoint,
                            with,
                            send(endpoint, with, Map.of(), "application/json", body(endpoint)));
                }
            }
            for (var header : endpoint.headers()) {
                for (var value : BadInputs.HEADERS) {
                    answered(
                            endpoint,
                            header + ": " + value,
                            send(
                                    endpoint,
                                    path,
                                    Map.of(header, value),
                                    "application/json",
                                    body(endpoint)));
                }
            }
        }
        allWell();
        assertThat(state()).isEqualTo(before);
    }

    @Test
    void bodiesThatAreNoRequest() throws Exception {
        var before = state();
        for (var endpoint : endpoints) {
            for (var body : endpoint.bodies().entrySet()) {
                var path = endpoint.at(there, NOBODY);
                for (var bad : BadInputs.BODIES) {
                    refused(endpoint, bad, send(endpoint, path, Map.of(), body.getKey(), bad));
                }
                var nowhere = endpoint.at(Map.of(), NOBODY);
                for (var blank : BadInputs.BLANKS) {
                    refused(
                            endpoint,
                            blank,
                            send(endpoint, nowhere, Map.of(), body.getKey(), blank));
                }
                for (var type : TYPES) {
                    if (!endpoint.bodies().containsKey(type)) {
                        var answer = send(endpoint, path, Map.of(), type, body(endpoint));
                        refused(endpoint, type, answer);
                    }
                }
            }
        }
        allWell();
        assertThat(state()).isEqualTo(before);
    }

    @Test
    void membersThatCannotBe() throws Exception {
        var before = state();
        for (var endpoint : endpoints) {
            var schema = endpoint.bodies().get("application/json");
            if (schema == null) {
                continue;
            }
            var path = endpoint.at(there, NOBODY);
            for (var bad : BadInputs.wrong(schema, sound(schema))) {
                refused(endpoint, bad, send(endpoint, path, Map.of(), "application/json", bad));
            }
        }
        allWell();
        assertThat(state()).isEqualTo(before);
    }

    /** Some of these are requests that can be met; what is not there is asked for. */
    @Test
    void membersThatAreStrange() throws Exception {
        for (var endpoint : endpoints) {
            var schema = endpoint.bodies().get("application/json");
            if (schema == null) {
                continue;
            }
            var path = endpoint.at(Map.of(), NOBODY);
            for (var bad : BadInputs.strange(schema, sound(schema))) {
                answered(endpoint, bad, send(endpoint, path, Map.of(), "application/json", bad));
            }
        }
        allWell();
    }

    /** A body of members that have the right types and name nothing that is there. */
    private static ObjectNode sound(JsonNode schema) {
        var body = JSON.createObjectNode();
        schema.path("required").forEach(name -> body.put(name.asText(), NOBODY));
        if (schema.path("properties").has("name")) {
            body.put("name", "name-" + UUID.randomUUID());
        }
        if (schema.path("properties").has("pool")) {
            body.put("pool", NOBODY);
        }
        if (schema.path("properties").has("capacity")) {
            body.put("capacity", 1 << 20);
        }
        return body;
    }
}
