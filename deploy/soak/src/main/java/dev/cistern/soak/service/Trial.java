package dev.cistern.soak.service;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Clients that ask one pool for whatever comes to mind, and the look at what is left of it.
 *
 * @param name of the trial
 * @param seed of all random numbers
 * @param kill whether processes are killed meanwhile
 */
record Trial(String name, long seed, Duration time, int clients, int volumes, boolean kill) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String POOL = "soak";

    /** The verbs that only name what is there come less often than they would by chance. */
    private static final int CREATIONS = 4;

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
            startPool(api, images);
            var verbs = offered(api.read("/v1/openapi?format=json"));
            var tally = new Tally();
            var end = System.nanoTime() + time.toNanos();
            var killer = ask(up, api, verbs, tally, () -> System.nanoTime() - end > 0);
            var inspection = new Inspection(api, POOL, images);
            inspection.look(tally.accepted(), up.database());
            return report(verbs, tally, inspection, killer);
        }
    }

    /** Defines, builds and starts the pool of a trial. */
    static void startPool(Api api, Path images) throws IOException, InterruptedException {
        var defined =
                api.change(
                        "POST",
                        "/v1/pools",
                        Map.of("name", POOL, "path", images.toString()),
                        UUID.randomUUID());
        if (defined.status() != 201) {
            throw new IOException("the pool is not defined: " + defined);
        }
        api.succeed("POST", "/v1/pools/" + POOL + "/build");
        api.succeed("POST", "/v1/pools/" + POOL + "/start");
    }

    /** The verbs that this Cistern has. */
    private static List<Verb> offered(JsonNode document) {
        return Arrays.stream(Verb.values())
                .filter(
                        verb ->
                                document.path("paths")
                                        .path(verb.template())
                                        .has(verb.method().toLowerCase(Locale.ROOT)))
                .toList();
    }

    private @Nullable Killer ask(
            Up up, Api api, List<Verb> verbs, Tally tally, BooleanSupplier over)
            throws InterruptedException, ExecutionException {
        var mixed = new ArrayList<>(verbs);
        for (var more = 1; more < CREATIONS; more++) {
            mixed.add(Verb.CREATE);
        }
        var seeds = new Random(seed);
        var killer = kill ? new Killer(up, new Random(seeds.nextLong()), over) : null;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var running = new ArrayList<Future<?>>();
            if (killer != null) {
                running.add(threads.submit(killer));
            }
            for (var client = 0; client < clients; client++) {
                running.add(
                        threads.submit(
                                new Client(
                                        api,
                                        new Names(POOL, volumes),
                                        mixed,
                                        new Random(seeds.nextLong()),
                                        tally,
                                        over)));
            }
            for (var each : running) {
                each.get();
            }
        }
        return killer;
    }

    private ObjectNode report(
            List<Verb> verbs, Tally tally, Inspection inspection, @Nullable Killer killer) {
        var report = JSON.createObjectNode();
        report.put("trial", name);
        report.put("seed", seed);
        report.put("seconds", time.toSeconds());
        report.put("clients", clients);
        report.put("volumes", volumes);
        report.set("verbs", JSON.valueToTree(verbs));
        report.set("requests", JSON.valueToTree(tally.requests()));
        report.put("connectionsLost", tally.connectionsLost());
        report.put("timesUnavailable", tally.timesUnavailable());
        report.set("operations", JSON.valueToTree(inspection.operations()));
        report.set("problems", JSON.valueToTree(inspection.problems()));
        var violations = report.putArray("violations");
        tally.violations().forEach(violations::add);
        inspection.violations().forEach(violations::add);
        if (killer != null) {
            report.put("kills", killer.kills());
            report.put("databaseKills", killer.databaseKills());
            var failure = killer.failure();
            if (failure != null) {
                violations.add("Cistern did not start again: " + failure.getMessage());
            }
        }
        return report;
    }
}
