package dev.cistern.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.flow.Cistern.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A process dies at each named point of create, delete and refresh. Whatever was accepted ends, and
 * files, rows and events tell the same.
 */
final class CrashStory {
    private static final long MIB = 1 << 20;
    private static final int ROUNDS = 5;
    private static final String POOL = "crash";
    private static final String DROPPED = "the user's own\n";

    private final Cistern cistern;
    private final Path folder;
    private final List<Case> cases;

    private CrashStory(Cistern cistern, Path folder, List<Case> cases) {
        this.cistern = cistern;
        this.folder = folder;
        this.cases = cases;
    }

    /** Tells it of a Cistern, with a pool on a folder. */
    static void tell(Cistern cistern, Path folder) throws Exception {
        new CrashStory(cistern, folder, allCases()).dieAtEachPoint();
    }

    /** The same for one whose parts all die at once: only the cases in which that tells more. */
    static void tellOfOneProcess(Cistern cistern, Path folder) throws Exception {
        var cases = allCases().stream().filter(Case::telling).toList();
        new CrashStory(cistern, folder, cases).dieAtEachPoint();
    }

    /** A point to die at, in a part, and what is asked of Cistern so that it is passed. */
    private record Case(Part part, String point, Verb verb) {
        String volume() {
            return point.replace(':', '-') + "-" + verb;
        }

        /** Before the image has its name a user may give it to a file of his own. */
        boolean userMayTakeTheName() {
            return verb == Verb.CREATE && (point.endsWith(":stage") || point.endsWith(":intent"));
        }

        /** Whether what it asks for was accepted; a refresh is asked for once more at the end. */
        boolean isAmong(Set<String> accepted) {
            return switch (verb) {
                case CREATE -> accepted.contains("CreateVolume " + volume());
                case DELETE -> accepted.contains("DeleteVolume " + volume());
                case REFRESH -> true;
            };
        }

        /**
         * Whether it is worth the death of everything, PostgreSQL's clients and Kafka included:
         * where the other parts or the broker may know less, or more, than this one. The two
         * services have their outbox and inbox from one place, so one of them will do.
         */
        boolean telling() {
            return switch (part) {
                case WORKER -> point.endsWith(":intent") || point.endsWith(":page");
                case VOLUME_SERVICE -> verb == Verb.CREATE;
                case POOL_SERVICE, SECOND_WORKER -> false;
            };
        }
    }

    private enum Verb {
        CREATE,
        DELETE,
        REFRESH
    }

    private static List<Case> allCases() {
        var cases = new ArrayList<Case>();
        for (var point :
                List.of("command-taken", "stage", "intent", "publish", "journal", "result-sent")) {
            cases.add(new Case(Part.WORKER, "CreateVolume:" + point, Verb.CREATE));
        }
        for (var point :
                List.of(
                        "command-taken",
                        "intent",
                        "publish",
                        "tombstone",
                        "journal",
                        "result-sent")) {
            cases.add(new Case(Part.WORKER, "DeleteVolume:" + point, Verb.DELETE));
        }
        for (var point : List.of("command-taken", "page", "result-sent")) {
            cases.add(new Case(Part.WORKER, "ScanPool:" + point, Verb.REFRESH));
        }
        for (var point : List.of("outbox-commit", "outbox-send", "outbox-delete", "inbox-commit")) {
            cases.add(new Case(Part.VOLUME_SERVICE, point, Verb.CREATE));
            cases.add(new Case(Part.VOLUME_SERVICE, point, Verb.DELETE));
            cases.add(new Case(Part.POOL_SERVICE, point, Verb.REFRESH));
        }
        return cases;
    }

    private void dieAtEachPoint() throws Exception {
        cistern.startedPool(POOL, folder, Map.of());
        for (var each : cases) {
            if (each.verb() == Verb.DELETE) {
                create(each.volume());
            }
        }
        for (var part : List.of(Part.POOL_SERVICE, Part.VOLUME_SERVICE, Part.WORKER)) {
            dieAtEachPointOf(part);
        }

        awaitEnds("pools");
        awaitEnds("volumes");
        assertUsersFilesStand();
        cistern.api()
                .success("pools", cistern.api().post("/v1/pools/" + POOL + "/refresh", Map.of()));
        assertAllTellTheSame();
    }

    /** What was not accepted, because something else passed the point first, is asked again. */
    private void dieAtEachPointOf(Part part) throws Exception {
        var left = cases.stream().filter(each -> each.part() == part).toList();
        for (var round = 0; round < ROUNDS && !left.isEmpty(); round++) {
            cistern.program(part).kill();
            for (var each : left) {
                dieAt(each);
            }
            assertThat(cistern.start(part, "")).isTrue();
            var accepted = accepted();
            left = left.stream().filter(each -> !each.isAmong(accepted)).toList();
        }
        assertThat(left).as("cases whose request was never accepted").isEmpty();
    }

    /** Kind and name of every operation on volumes. */
    private Set<String> accepted() throws Exception {
        return cistern.api().all("/v1/volumes/-/operations").stream()
                .map(
                        operation ->
                                operation.path("kind").asText()
                                        + " "
                                        + operation.path("target").path("name").asText())
                .collect(Collectors.toSet());
    }

    private void create(String name) throws Exception {
        cistern.api().success("volumes", post(name));
    }

    private Api.Answer post(String name) throws Exception {
        return cistern.api()
                .post(
                        "/v1/volumes",
                        Map.of("pool", POOL, "name", name, "format", "qcow2", "capacity", MIB));
    }

    private void dieAt(Case each) throws Exception {
        while (!cistern.start(each.part(), each.point())) {
            dieWhileCatchingUp(each);
        }
        ask(each);
        assertThat(cistern.program(each.part()).awaitEnd()).as("%s", each).isEqualTo(137);
        if (each.userMayTakeTheName() && !Files.exists(folder.resolve(each.volume()))) {
            Files.writeString(folder.resolve(each.volume()), DROPPED);
        }
    }

    /**
     * It passed the point with what an earlier case left; that must end, too, and have been read
     * for good, before this one.
     */
    private void dieWhileCatchingUp(Case each) throws Exception {
        assertThat(cistern.program(each.part()).awaitEnd()).as("%s", each).isEqualTo(137);
        assertThat(cistern.start(each.part(), "")).isTrue();
        awaitEnds("pools");
        awaitEnds("volumes");
        for (var service : List.of("pool", "volume")) {
            Replay.awaitRead(cistern.kafka(), "cistern-" + service + "-service", "cistern.results");
            Replay.awaitRead(
                    cistern.kafka(),
                    "cistern-" + service + "-service-internal",
                    "cistern.internal");
        }
        cistern.program(each.part()).kill();
    }

    /** The answer is lost when the process dies before it gives one. */
    private void ask(Case each) throws Exception {
        try {
            switch (each.verb()) {
                case CREATE -> post(each.volume());
                case DELETE -> cistern.api().delete("/v1/volumes/" + POOL + ":" + each.volume());
                case REFRESH -> {
                    Judge.qemuImgCreate(folder, "-f", "qcow2", each.volume(), "3M");
                    cistern.api().post("/v1/pools/" + POOL + "/refresh", Map.of());
                }
            }
        } catch (IOException _) {
            // What was accepted is found among the operations.
        }
    }

    private void awaitEnds(String kind) throws Exception {
        for (var operation : cistern.api().all("/v1/" + kind + "/-/operations")) {
            cistern.api().end(kind, operation.path("id").asText());
        }
    }

    private void assertUsersFilesStand() throws Exception {
        for (var each : cases) {
            var file = folder.resolve(each.volume());
            if (each.userMayTakeTheName() && Files.size(file) == DROPPED.length()) {
                assertThat(file).hasContent(DROPPED.strip());
                assertThat(problemsOf(each.volume())).contains("file-exists");
            }
        }
    }

    private Set<String> problemsOf(String volume) throws Exception {
        return cistern.api().all("/v1/volumes/-/operations").stream()
                .filter(operation -> volume.equals(operation.path("target").path("name").asText()))
                .map(operation -> operation.path("problem").path("code").asText())
                .collect(Collectors.toSet());
    }

    private void assertAllTellTheSame() throws Exception {
        var volumes = cistern.api().all("/v1/volumes?pool=" + POOL + "&state=available");
        assertThat(names(volumes)).isEqualTo(PoolFiles.in(folder));
        assertThat(volumes).allMatch(volume -> volume.path("conditions").isEmpty());
        assertThat(PoolFiles.in(folder.resolve(".cistern/staging"))).isEmpty();
        assertThat(PoolFiles.in(folder.resolve(".cistern/trash"))).isEmpty();
        for (var each : cases) {
            if (each.verb() == Verb.DELETE) {
                assertThat(names(volumes)).doesNotContain(each.volume());
            } else {
                assertThat(names(volumes)).contains(each.volume());
            }
        }
        assertEventsTell(volumes);
    }

    private void assertEventsTell(List<JsonNode> volumes) throws Exception {
        var ids =
                volumes.stream()
                        .map(volume -> volume.path("id").asText())
                        .collect(Collectors.toSet());
        var log =
                Await.until(
                        "the events tell of what is there",
                        () -> volumeEvents(cistern.kafka()),
                        events -> living(events).equals(ids));
        for (var events : bySubject(log).values()) {
            for (var number = 0; number < events.size(); number++) {
                assertThat(events.get(number).sequence()).isEqualTo(number + 1L);
            }
        }
    }

    private static List<EventLog.Event> volumeEvents(String kafka) throws IOException {
        return EventLog.read(kafka).stream()
                .filter(event -> event.type().startsWith("dev.cistern.volume."))
                .filter(event -> POOL.equals(event.data().path("pool").asText()))
                .toList();
    }

    private static Map<String, List<EventLog.Event>> bySubject(List<EventLog.Event> events) {
        var subjects = new HashMap<String, List<EventLog.Event>>();
        for (var event : events) {
            subjects.computeIfAbsent(event.subject(), _ -> new ArrayList<>()).add(event);
        }
        return subjects;
    }

    /** The volumes whose last event says that they are available. */
    private static Set<String> living(List<EventLog.Event> events) {
        return bySubject(events).entrySet().stream()
                .filter(
                        subject ->
                                "available"
                                        .equals(
                                                subject.getValue()
                                                        .getLast()
                                                        .data()
                                                        .path("newState")
                                                        .asText()))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    private static Set<String> names(List<JsonNode> volumes) {
        return volumes.stream()
                .map(volume -> volume.path("name").asText())
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
