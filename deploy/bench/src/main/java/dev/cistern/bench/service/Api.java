package dev.cistern.bench.service;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Base64;

/** The few requests that prepare and check. */
final class Api {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final URI volumes;
    private final URI pools;

    Api(Target target) {
        volumes = target.volumes();
        pools = target.pools();
    }

    /** Defines, builds and starts a pool on a folder and returns its id. */
    String startedPool(String name, Path folder) throws IOException {
        try (var line = new HttpLine(pools)) {
            var definition =
                    JSON.createObjectNode()
                            .put("name", name)
                            .put("path", folder.toString())
                            .put("overcommit", 10_000.0);
            var pool = require(line.post("/v1/pools", definition.toString(), ""));
            for (var verb : new String[] {"build", "start"}) {
                succeed(line, line.post("/v1/pools/" + name + "/" + verb, "", ""), "pools");
            }
            return pool.path("id").asText();
        }
    }

    /** Has a pool looked at, to the end. */
    void refreshed(String pool) throws IOException {
        try (var line = new HttpLine(pools)) {
            succeed(line, line.post("/v1/pools/" + pool + "/refresh", "", ""), "pools");
        }
    }

    private static void succeed(HttpLine line, HttpLine.Answer accepted, String kind)
            throws IOException {
        var id = require(accepted).path("id").asText();
        JsonNode operation;
        do {
            operation = require(line.get("/v1/" + kind + "/-/operations/" + id + "?wait=60s"));
        } while (!operation.path("done").asBoolean());
        if (!operation.path("state").asText().equals("succeeded")) {
            throw new BenchException("not done: " + operation);
        }
    }

    private static JsonNode require(HttpLine.Answer answer) throws IOException {
        if (answer.status() / 100 != 2) {
            throw new BenchException("HTTP status " + answer.status() + ": " + answer.body());
        }
        return JSON.readTree(answer.body());
    }

    /** A connection to volume-service. */
    HttpLine line() throws IOException {
        return new HttpLine(volumes);
    }

    /** The request that creates a volume of 1 GiB. */
    static String volume(String pool, String name, String format) {
        return "{\"pool\":\"%s\",\"name\":\"%s\",\"format\":\"%s\",\"capacity\":1073741824}"
                .formatted(pool, name, format);
    }

    /** The page of 100 that begins behind a position of the inventory. */
    static String page(long behind) {
        var cursor =
                Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(
                                Long.toString(behind)
                                        .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        return "/v1/volumes?limit=100&cursor=" + cursor;
    }
}
