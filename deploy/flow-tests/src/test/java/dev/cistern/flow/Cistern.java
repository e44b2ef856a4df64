package dev.cistern.flow;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** A running Cistern: an address, its Kafka, and the power to end its processes. */
interface Cistern extends AutoCloseable {
    /** Programs in which a crash can be arranged. */
    enum Part {
        POOL_SERVICE,
        VOLUME_SERVICE,
        WORKER
    }

    /** Its HTTP interface. */
    Api api();

    /** Its Kafka brokers. */
    String kafka();

    /** Its database. */
    Database database();

    /** Ends a part as kill -9 does and starts it again so that it dies at a named point. */
    void restartWithCrashPoint(Part part, String point) throws Exception;

    /** Whether the part is down, as after its crash point. */
    boolean down(Part part);

    /** Starts a part again that is down, without a crash point. */
    void revive(Part part) throws Exception;

    /** The process of a part. */
    Program program(Part part);

    @Override
    void close() throws IOException;

    /** Where rows are looked at. */
    record Database(String url, String user, String password) {}

    /** Defines, builds and starts a pool on a folder, and returns it. */
    default JsonNode startedPool(String name, Path folder, Map<String, ?> more) throws Exception {
        var definition = new HashMap<String, Object>(more);
        definition.put("name", name);
        definition.put("path", folder.toString());
        var defined = api().post("/v1/pools", definition);
        if (defined.status() != 201) {
            throw new AssertionError("not defined: " + defined);
        }
        api().success("pools", api().post("/v1/pools/" + name + "/build", Map.of()));
        api().success("pools", api().post("/v1/pools/" + name + "/start", Map.of()));
        return api().get("/v1/pools/" + name).body();
    }

    /** Waits until both services answer that they are ready and a worker is heard of. */
    static void awaitReady(Api api, URI... services) throws Exception {
        for (var service : services) {
            Await.until(service + " is ready", () -> Health.ready(service), ready -> ready);
        }
        Await.until(
                "a worker is heard of",
                () -> api.all("/v1/nodes"),
                nodes ->
                        nodes.stream()
                                .anyMatch(node -> "online".equals(node.path("state").asText())));
    }
}
