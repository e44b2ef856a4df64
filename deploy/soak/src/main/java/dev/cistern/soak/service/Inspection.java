package dev.cistern.soak.service;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/** What must hold once every client is done, whatever they did. */
final class Inspection {
    private static final List<String> LIVE = List.of("queued", "waiting", "running", "cancelling");
    private static final int END_LIMIT_SECONDS = 300;
    private static final Set<String> DEFECTS = Set.of("internal", "io-error");

    private final Api api;
    private final String pool;
    private final Path folder;
    private final List<String> violations = new ArrayList<>();
    private final Map<String, Map<String, Long>> operations = new TreeMap<>();
    private final Map<String, Long> problems = new TreeMap<>();

    /**
     * An inspection.
     *
     * @param folder of the pool
     */
    Inspection(Api api, String pool, Path folder) {
        this.api = api;
        this.pool = pool;
        this.folder = folder;
    }

    /**
     * Looks at everything.
     *
     * @param accepted operations that clients know to be accepted, with the paths of the requests
     * @param database of the services, for JDBC
     */
    void look(Map<String, String> accepted, String database)
            throws IOException, InterruptedException, SQLException {
        awaitEnds();
        operationsHaveEnded(accepted);
        diskIsInventory();
        imagesAreSound();
        eventsHaveNoGaps();
        try (var rows = new Ledger(database)) {
            violations.addAll(rows.violations());
        }
    }

    /** What does not hold. */
    List<String> violations() {
        return violations;
    }

    /** Operations by kind and state. */
    Map<String, Map<String, Long>> operations() {
        return operations;
    }

    /** How many operations ended with which problem. */
    Map<String, Long> problems() {
        return problems;
    }

    private void awaitEnds() throws IOException, InterruptedException {
        for (var second = 0; second < END_LIMIT_SECONDS; second++) {
            if (live() == 0 && unsettled() == 0) {
                return;
            }
            TimeUnit.SECONDS.sleep(1);
        }
        violations.add(
                "%d operations have not ended, and %d volumes are not settled, %d s after the last request"
                        .formatted(live(), unsettled(), END_LIMIT_SECONDS));
    }

    private int live() throws IOException, InterruptedException {
        var count = 0;
        for (var service : List.of("pools", "volumes")) {
            for (var state : LIVE) {
                count += api.all("/v1/%s/-/operations?state=%s".formatted(service, state)).size();
            }
        }
        return count;
    }

    private long unsettled() throws IOException, InterruptedException {
        return api.all("/v1/volumes").stream()
                .filter(volume -> conditions(volume).contains("unsettled"))
                .count();
    }

    private void operationsHaveEnded(Map<String, String> accepted)
            throws IOException, InterruptedException {
        var known = new HashMap<String, JsonNode>();
        for (var service : List.of("pools", "volumes")) {
            for (var operation : api.all("/v1/%s/-/operations".formatted(service))) {
                known.put(operation.path("id").asText(), operation);
                count(operation);
            }
        }
        accepted.forEach(
                (id, path) -> {
                    if (!known.containsKey(id)) {
                        violations.add(
                                "operation %s of %s was accepted and is lost".formatted(id, path));
                    }
                });
    }

    private void count(JsonNode operation) {
        operations
                .computeIfAbsent(operation.path("kind").asText(), _ -> new TreeMap<>())
                .merge(operation.path("state").asText(), 1L, Long::sum);
        if (operation.hasNonNull("problem")) {
            var code = operation.path("problem").path("code").asText();
            problems.merge(code, 1L, Long::sum);
            if (DEFECTS.contains(code)) {
                violations.add("an operation met a defect: " + operation);
            }
        }
    }

    /** A refresh finds nothing new, and the folder has the files of the volumes and no other. */
    private void diskIsInventory() throws IOException, InterruptedException {
        var before = names();
        api.succeed("POST", "/v1/pools/" + pool + "/refresh");
        for (var volume : volumes()) {
            for (var condition : conditions(volume)) {
                violations.add(
                        "volume %s is %s".formatted(volume.path("name").asText(), condition));
            }
        }
        var after = names();
        var files = files();
        if (!after.equals(before)) {
            violations.add(
                    "a refresh changed the inventory from %s to %s".formatted(before, after));
        }
        if (!after.equals(files)) {
            violations.add("the inventory has %s, the folder %s".formatted(after, files));
        }
        leftovers();
    }

    private List<JsonNode> volumes() throws IOException, InterruptedException {
        return api.all("/v1/volumes?pool=" + pool).stream()
                .filter(volume -> !volume.path("state").asText().equals("error"))
                .toList();
    }

    private Set<String> names() throws IOException, InterruptedException {
        var names = new TreeSet<String>();
        volumes().forEach(volume -> names.add(volume.path("name").asText()));
        return names;
    }

    private Set<String> files() throws IOException {
        try (var files = Files.list(folder)) {
            var names = new TreeSet<String>();
            files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> !name.startsWith("."))
                    .forEach(names::add);
            return names;
        }
    }

    private void leftovers() throws IOException {
        try (var staged = Files.list(folder.resolve(".cistern/staging"))) {
            staged.forEach(left -> violations.add("left behind: " + left));
        }
    }

    private static List<String> conditions(JsonNode volume) {
        var conditions = new ArrayList<String>();
        volume.path("conditions").forEach(condition -> conditions.add(condition.asText()));
        return conditions;
    }

    private void imagesAreSound() throws IOException, InterruptedException {
        for (var volume : volumes()) {
            violations.addAll(
                    new QemuImg(folder.resolve(volume.path("name").asText()))
                            .violations(
                                    volume.path("format").asText(),
                                    volume.path("capacity").asLong()));
        }
    }

    /** Of each resource, every event once, numbered from 1. */
    private void eventsHaveNoGaps() throws IOException, InterruptedException {
        var sequences = new TreeMap<String, TreeSet<Long>>();
        var ids = new HashMap<String, String>();
        for (var cursor = ""; ; ) {
            var page =
                    api.read(
                            "/v1/events?limit=1000"
                                    + (cursor.isEmpty() ? "" : "&cursor=" + cursor));
            for (var event : page.path("items")) {
                ids.put(event.path("id").asText(), event.path("subject").asText());
                sequences
                        .computeIfAbsent(event.path("subject").asText(), _ -> new TreeSet<>())
                        .add(event.path("sequence").asLong());
            }
            if (page.path("items").isEmpty()) {
                break;
            }
            cursor = page.path("cursor").asText();
        }
        sequences.forEach(
                (subject, numbers) -> {
                    var ofSubject = ids.values().stream().filter(subject::equals).count();
                    if (numbers.first() != 1
                            || numbers.last() != numbers.size()
                            || ofSubject != numbers.size()) {
                        violations.add("the events of %s are %s".formatted(subject, numbers));
                    }
                });
    }
}
