package dev.cistern.soak.service;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Long operations that are cancelled at some point, of which nothing may be left.
 *
 * @param seed of all random numbers
 * @param operations how many
 * @param least how many of them are to end cancelled
 */
record CancelTrial(long seed, int operations, int least) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String POOL = "soak";
    private static final String SOURCE = "source";
    private static final int MIB = 1 << 20;
    private static final int SIZE = 8 * MIB;

    /** A copy takes about two seconds. */
    private static final int PACE = 4 * MIB;

    private static final int LONGEST_MILLIS = 3000;
    private static final int AT_ONCE = 4;

    /**
     * Runs it.
     *
     * @param folder empty, for everything that the trial leaves behind
     * @return what was done and every violation
     */
    ObjectNode run(Path folder)
            throws IOException, InterruptedException, ExecutionException, SQLException {
        try (var up = Up.on(folder)) {
            var api = new Api(up.address());
            var images = Files.createDirectories(folder.resolve("pool"));
            Trial.startPool(api, images);
            makeSource(api, images);
            var ends = cancelAtRandom(api);
            var inspection = new Inspection(api, POOL, images);
            inspection.look(Map.of(), up.database());
            return report(ends, inspection);
        }
    }

    private void makeSource(Api api, Path images) throws IOException, InterruptedException {
        var created =
                api.change(
                        "POST",
                        "/v1/volumes",
                        Map.of("pool", POOL, "name", SOURCE, "format", "raw", "capacity", SIZE),
                        UUID.randomUUID());
        api.end("/v1/volumes", created.text("id"));
        var bytes = new byte[SIZE];
        new Random(seed).nextBytes(bytes);
        Files.write(images.resolve(SOURCE), bytes, StandardOpenOption.WRITE);
        api.succeed("POST", "/v1/pools/" + POOL + "/refresh");
    }

    /** How many ended in which state. */
    private Map<String, Integer> cancelAtRandom(Api api)
            throws InterruptedException, ExecutionException {
        var seeds = new Random(seed);
        var ends = new TreeMap<String, Integer>();
        try (var threads = Executors.newFixedThreadPool(AT_ONCE)) {
            var running = new ArrayList<Future<String>>();
            for (var number = 0; number < operations; number++) {
                var name = "copy-" + number;
                var random = new Random(seeds.nextLong());
                running.add(threads.submit(() -> cancelOne(api, name, random)));
            }
            for (var each : running) {
                ends.merge(each.get(), 1, Integer::sum);
            }
        }
        return ends;
    }

    private static String cancelOne(Api api, String name, Random random)
            throws IOException, InterruptedException {
        var path = "/v1/volumes/%s:%s/clone?maxBytesPerSecond=%d".formatted(POOL, SOURCE, PACE);
        var accepted =
                api.change(
                        "POST", path, Map.of("name", name, "strategy", "full"), UUID.randomUUID());
        if (!accepted.accepted()) {
            return "refused: " + accepted;
        }
        TimeUnit.MILLISECONDS.sleep(random.nextInt(LONGEST_MILLIS));
        api.change(
                "POST",
                "/v1/volumes/-/operations/" + accepted.text("id") + "/cancel",
                null,
                UUID.randomUUID());
        return api.end("/v1/volumes", accepted.text("id")).path("state").asText();
    }

    private ObjectNode report(Map<String, Integer> ends, Inspection inspection) {
        var violations = new ArrayList<>(inspection.violations());
        var cancelled = ends.getOrDefault("cancelled", 0);
        if (cancelled < least) {
            violations.add("%d ended cancelled, and %d should".formatted(cancelled, least));
        }
        for (var end : ends.keySet()) {
            if (!List.of("cancelled", "succeeded").contains(end)) {
                violations.add("%d ended %s".formatted(ends.get(end), end));
            }
        }
        var report = JSON.createObjectNode();
        report.put("trial", "cancel");
        report.put("seed", seed);
        report.set("ends", JSON.valueToTree(ends));
        report.set("operations", JSON.valueToTree(inspection.operations()));
        report.set("problems", JSON.valueToTree(inspection.problems()));
        report.set("violations", JSON.valueToTree(violations));
        return report;
    }
}
