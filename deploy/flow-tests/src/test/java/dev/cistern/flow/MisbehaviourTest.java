package dev.cistern.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.embedded.TestServers;
import dev.cistern.flow.Cistern.Part;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages, processes and mounts that do what they should not. */
final class MisbehaviourTest {
    private static final long MIB = 1 << 20;
    private static final String TOKEN = "correct-horse-battery-staple";

    @TempDir static Path folders;
    private static ManyProcesses cistern;

    @BeforeAll
    static void start() throws Exception {
        var servers = TestServers.shared();
        cistern = ManyProcesses.withTwoWorkers(servers, servers.newDatabase("misbehaviour"));
    }

    @AfterAll
    static void stop() throws Exception {
        cistern.close();
    }

    private static Path startedPool(String name) throws Exception {
        var folder = Files.createDirectory(folders.resolve(name));
        cistern.startedPool(name, folder, Map.of("node", cistern.group()));
        return folder;
    }

    private static Api.Answer post(String pool, String name) throws Exception {
        return cistern.api()
                .post(
                        "/v1/volumes",
                        Map.of("pool", pool, "name", name, "format", "qcow2", "capacity", MIB));
    }

    private static void create(String pool, String name) throws Exception {
        cistern.api().success("volumes", post(pool, name));
    }

    @Test
    void messagesThatComeAgainInAnyOrderChangeNothing() throws Exception {
        var folder = startedPool("again");
        for (var name : List.of("a", "b", "c")) {
            create("again", name);
        }
        cistern.api().success("volumes", cistern.api().delete("/v1/volumes/again:b"));
        var events = eventsOf("again");
        var volumes = volumesOf("again");

        for (var topic :
                List.of(
                        "cistern.commands." + cistern.group(),
                        "cistern.results",
                        "cistern.internal")) {
            Replay.backwards(cistern.kafka(), topic);
        }
        create("again", "after");
        Replay.awaitRead(cistern.kafka(), "cistern-volume-service", "cistern.results");

        assertThat(PoolFiles.in(folder)).containsExactly("a", "after", "c");
        assertThat(volumesOf("again")).containsAll(volumes).hasSize(volumes.size() + 1);
        assertThat(eventsOf("again")).containsAll(events).hasSize(events.size() + 1);
        assertThat(cistern.api().get("/v1/pools/again").text("state")).isEqualTo("running");
    }

    @Test
    void aServiceThatStopsFinishesTheResultThatItHas() throws Exception {
        assertThat(stopInTheMiddleOfAResult("finished", Duration.ofSeconds(2)))
                .doesNotContain("ERROR", "WARN", "After Shutdown");
    }

    /** Longer than it waits, so that what the handler needs is gone when its turn comes. */
    @Test
    void aServiceThatCannotFinishAResultHasItAgain() throws Exception {
        assertThat(stopInTheMiddleOfAResult("given-up", Duration.ofSeconds(12)))
                .doesNotContain("dead letter", "passed over");
    }

    /** Returns what the service says from then on to its end. */
    private static String stopInTheMiddleOfAResult(String pool, Duration held) throws Exception {
        startedPool(pool);
        var service = cistern.program(Part.VOLUME_SERVICE);
        String operation;
        long said;
        try (var database = cistern.database();
                var statement = database.createStatement()) {
            database.setAutoCommit(false);
            statement.execute("lock table volume.inbox in exclusive mode");
            operation = post(pool, "disk").text("id");
            Await.until(
                    "a result that waits for the inbox",
                    () -> waitsForInbox(statement),
                    waits -> waits);
            said = Files.size(service.log());

            service.signal("TERM");
            Thread.sleep(held);
        }
        service.awaitEnd();

        assertThat(cistern.start(Part.VOLUME_SERVICE, "")).isTrue();
        assertThat(cistern.api().end("volumes", operation).path("state").asText())
                .isEqualTo("succeeded");
        return Files.readString(service.log()).substring((int) said);
    }

    private static boolean waitsForInbox(Statement statement) throws SQLException {
        try (var rows =
                statement.executeQuery(
                        "select exists (select from pg_locks where not granted"
                                + " and relation = 'volume.inbox'::regclass)")) {
            return rows.next() && rows.getBoolean(1);
        }
    }

    @Test
    void anUploadBeginsAnewWithTheOtherWorkerWhenItsOwnIsKilled() throws Exception {
        var folder = startedPool("transfers");
        create("transfers", "disk");
        Judge.qemuImgCreate(folders, "-f", "qcow2", "new.qcow2", "1M");
        Judge.output(folders, "qemu-io", "-f", "qcow2", "-c", "write -P 7 0 1M", "new.qcow2");
        var image = Files.readAllBytes(folders.resolve("new.qcow2"));
        var accepted =
                cistern.api()
                        .post(
                                "/v1/volumes/transfers:disk/transfers",
                                Map.of(
                                        "direction",
                                        "upload",
                                        "size",
                                        image.length,
                                        "token",
                                        TOKEN,
                                        "idleSeconds",
                                        300));
        var operation = accepted.text("id");
        var first = TransferClient.of(operation, TOKEN, cistern.api(), "");
        assertThat(first.send("PUT", "", BodyPublishers.ofByteArray(image, 0, 65_536)))
                .isEqualTo(204);
        var part = cistern.at(URI.create(first.url()));

        cistern.program(part).kill();
        var second = TransferClient.of(operation, TOKEN, cistern.api(), first.url());

        assertThat(cistern.at(URI.create(second.url()))).isNotEqualTo(part);
        assertThat(second.send("PUT", "", BodyPublishers.ofByteArray(image))).isEqualTo(204);
        assertThat(second.finish()).isEqualTo(204);
        cistern.api().success("volumes", accepted);
        assertThat(folder.resolve("disk")).hasBinaryContent(image);
        try (var staged = Files.list(folder.resolve(".cistern/staging"))) {
            assertThat(staged).isEmpty();
        }
        assertThat(cistern.start(part, "")).isTrue();
    }

    private static Set<String> volumesOf(String pool) throws Exception {
        return cistern.api().all("/v1/volumes?pool=" + pool).stream()
                .map(volume -> volume.path("id").asText() + " " + volume.path("state").asText())
                .collect(Collectors.toSet());
    }

    private static Set<String> eventsOf(String pool) throws Exception {
        return EventLog.read(cistern.kafka()).stream()
                .filter(event -> event.type().startsWith("dev.cistern.volume."))
                .filter(event -> pool.equals(event.data().path("pool").asText()))
                .map(EventLog.Event::id)
                .collect(Collectors.toSet());
    }

    @Test
    void aWorkerThatWasStoppedPastItsLeaseDoesNoHarmWhenItWakes() throws Exception {
        var folder = startedPool("stopped");
        var accepted = new ArrayList<Api.Answer>();
        var stopped = cistern.program(Part.WORKER);
        for (var number = 0; number < 60; number++) {
            accepted.add(post("stopped", "volume-" + number));
            if (number == 20) {
                stopped.signal("STOP");
            }
        }

        for (var answer : accepted) {
            cistern.api().success("volumes", answer);
        }
        stopped.signal("CONT");
        Await.until(
                "the worker is back",
                () -> cistern.api().get("/v1/nodes/" + cistern.group() + "-worker"),
                node -> "online".equals(node.text("state")));
        create("stopped", "after");

        assertThat(PoolFiles.in(folder)).hasSize(61);
        var volumes = cistern.api().all("/v1/volumes?pool=stopped&state=available");
        assertThat(volumes).hasSize(61).allMatch(volume -> volume.path("conditions").isEmpty());
        for (var volume : volumes) {
            Judge.check(folder.resolve(volume.path("name").asText()));
        }
        Await.until("an event of each", () -> eventsOf("stopped"), events -> events.size() == 61);
        Await.until(
                "nothing is left in staging",
                () -> PoolFiles.in(folder.resolve(".cistern/staging")),
                Set::isEmpty);
    }

    @Test
    void aFolderThatIsUnmountedUnderWayIsInaccessibleAndNothingIsWritten() throws Exception {
        var disk = Files.createDirectory(folders.resolve("disk"));
        var folder = Files.createDirectory(folders.resolve("mounted"));
        Judge.output(folder, "mount", "--bind", disk.toString(), folder.toString());
        try {
            cistern.startedPool("mounted", folder, Map.of("node", cistern.group()));
            create("mounted", "before");
        } finally {
            Judge.output(folders, "umount", "--lazy", folder.toString());
        }

        var refused = cistern.api().end("volumes", post("mounted", "meanwhile"));
        assertThat(refused.path("problem").path("code").asText()).isEqualTo("pool-inaccessible");
        Await.until(
                "the pool is inaccessible",
                () -> cistern.api().get("/v1/pools/mounted").text("state"),
                "inaccessible"::equals);
        try (var files = Files.list(folder)) {
            assertThat(files).isEmpty();
        }
        assertThat(PoolFiles.in(disk)).containsExactly("before");

        Judge.output(folder, "mount", "--bind", disk.toString(), folder.toString());
        try {
            cistern.api()
                    .success("pools", cistern.api().post("/v1/pools/mounted/refresh", Map.of()));
            assertThat(cistern.api().get("/v1/pools/mounted").text("state")).isEqualTo("running");
            create("mounted", "after");
            assertThat(PoolFiles.in(disk)).containsExactly("after", "before");
        } finally {
            Judge.output(folders, "umount", "--lazy", folder.toString());
        }
    }

    @Test
    void aFolderOfAnotherPoolIsRefused() throws Exception {
        var folder = startedPool("first");
        var second =
                cistern.api()
                        .post(
                                "/v1/pools",
                                Map.of(
                                        "name",
                                        "second",
                                        "path",
                                        folder.toString(),
                                        "node",
                                        cistern.group()));
        assertThat(second.status()).isEqualTo(201);

        var started =
                cistern.api().end("pools", cistern.api().post("/v1/pools/second/start", Map.of()));

        assertThat(started.path("problem").path("code").asText()).isEqualTo("pool-foreign");
        assertThat(cistern.api().get("/v1/pools/second").text("state")).isEqualTo("inactive");
        create("first", "still-works");
    }

    @Test
    void aMarkerThatBecomesForeignKeepsTheWorkerOut() throws Exception {
        var folder = startedPool("marked");
        var marker = folder.resolve(".cistern/pool");
        var ours = Files.readString(marker);
        Files.writeString(marker, ours.replaceAll("[0-9a-f]{8}-", "00000000-"));

        var refused = cistern.api().end("volumes", post("marked", "x"));

        assertThat(refused.path("problem").path("code").asText()).isEqualTo("pool-foreign");
        assertThat(PoolFiles.in(folder)).isEmpty();
        Files.writeString(marker, ours);
        create("marked", "x");
    }

    @Test
    void aCancelledCreationEndsAtOnceAndIsSettledByTheNextWorker() throws Exception {
        var folder = startedPool("cancelled");
        var workers = List.of(cistern.program(Part.WORKER), cistern.program(Part.SECOND_WORKER));
        for (var worker : workers) {
            worker.signal("STOP");
        }
        JsonNode ended;
        try {
            var accepted = post("cancelled", "x");
            var cancel =
                    cistern.api()
                            .post(
                                    "/v1/volumes/-/operations/" + accepted.text("id") + "/cancel",
                                    Map.of());
            assertThat(cancel.status()).isEqualTo(200);
            ended = cistern.api().end("volumes", accepted.text("id"));
        } finally {
            for (var worker : workers) {
                worker.signal("CONT");
            }
        }

        assertThat(ended.path("state").asText()).isEqualTo("cancelled");
        create("cancelled", "y");
        var settled =
                Await.until(
                        "a worker has settled the creation, undone or done",
                        () -> cistern.api().all("/v1/volumes?pool=cancelled"),
                        volumes -> volumes.stream().allMatch(MisbehaviourTest::isSettled));
        assertThat(settled).hasSizeBetween(1, 2);
        assertThat(PoolFiles.in(folder))
                .containsExactlyInAnyOrderElementsOf(
                        settled.stream().map(each -> each.path("name").asText()).toList());
        if (settled.size() == 1) {
            create("cancelled", "x");
        }
    }

    private static boolean isSettled(JsonNode volume) {
        return volume.path("state").asText().equals("available")
                && volume.path("conditions").isEmpty();
    }
}
