package dev.cistern.flow;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A running Cistern: an address, its Kafka, and the power to end its processes. */
interface Cistern extends AutoCloseable {
    /** Programs in which a crash can be arranged. */
    enum Part {
        POOL_SERVICE,
        VOLUME_SERVICE,
        WORKER,
        /** Of the same group as the first. */
        SECOND_WORKER
    }

    /** Its HTTP interface. */
    Api api();

    /** Its Kafka brokers. */
    String kafka();

    /**
     * Starts a part that is down, so that it dies when it passes a named point.
     *
     * @param point empty for none
     * @return whether it came up; one that passes the point while it catches up does not
     */
    boolean start(Part part, String point) throws Exception;

    /** The process of a part. */
    Program program(Part part);

    @Override
    void close() throws IOException;

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

    /**
     * Waits until services are ready and a worker is heard of.
     *
     * @return false if the program ends before
     */
    static boolean awaitReady(Program program, Api api, List<URI> services) throws Exception {
        for (var service : services) {
            Await.until(
                    service + " is ready",
                    () -> !program.alive() || Health.ready(service),
                    over -> over);
        }
        Await.until(
                "a worker is heard of", () -> !program.alive() || workerOnline(api), over -> over);
        return program.alive();
    }

    private static boolean workerOnline(Api api) throws Exception {
        return api.all("/v1/nodes").stream()
                .anyMatch(node -> "online".equals(node.path("state").asText()));
    }
}
