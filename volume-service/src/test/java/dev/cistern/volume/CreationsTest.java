package dev.cistern.volume;

import static dev.cistern.volume.VolumeStory.MIB;
import static dev.cistern.volume.VolumeStory.accepted;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.partner.Await;
import dev.cistern.partner.Rows;
import dev.cistern.partner.Servers;
import dev.cistern.partner.Stage;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Creations that come while the database keeps one before them waiting, so that they go together.
 */
@QuarkusTest
@QuarkusTestResource(Servers.class)
final class CreationsTest {
    private final VolumeStory story = VolumeStory.open(10 * MIB, Stage.GROUP);
    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void close() {
        callers.close();
    }

    @AfterAll
    static void allIsWell() {
        Aftermath.check();
    }

    private Response create(String name, long capacity, String key) {
        var body = new HashMap<String, Object>();
        body.put("pool", story.pool());
        body.put("name", name);
        body.put("format", "qcow2");
        body.put("capacity", capacity);
        var request = given().contentType("application/json").body(body);
        return (key.isEmpty() ? request : request.header("Idempotency-Key", key))
                .post("/v1/volumes");
    }

    /** What is answered to requests that all came before the first of them could be accepted. */
    private List<Response> together(List<Callable<Response>> requests) throws Exception {
        var answers = new ArrayList<Future<Response>>();
        try (var other = connection()) {
            other.setAutoCommit(false);
            try (var lock =
                    other.prepareStatement(
                            "select from volume.pool_view where id = ? for update")) {
                lock.setObject(1, story.poolId());
                lock.execute();
            }
            answers.add(callers.submit(() -> create("first", MIB, "")));
            Await.until(
                    "the first waits",
                    () ->
                            Rows.number(
                                    "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
                                            + " and query like '%pool_view%'"),
                    count -> count > 0);
            requests.forEach(request -> answers.add(callers.submit(request)));
            // Time to come as far as the queue; who does not goes later, with the same answer.
            Thread.sleep(500);
            other.rollback();
        }
        var all = new ArrayList<Response>();
        for (var answer : answers) {
            all.add(answer.get());
        }
        return all;
    }

    private static Connection connection() throws SQLException {
        var config = ConfigProvider.getConfig();
        return DriverManager.getConnection(
                config.getValue(Servers.DATABASE, String.class),
                config.getValue("cistern.postgres.user", String.class),
                config.getValue("cistern.postgres.password", String.class));
    }

    private long rows(String name) {
        return Rows.number(
                "select count(*) from volume.volume where pool = ? and name = ?",
                story.poolId(),
                name);
    }

    private static List<String> codes(List<Response> answers) {
        return answers.stream()
                .map(
                        answer ->
                                answer.statusCode() == 202
                                        ? "accepted"
                                        : answer.jsonPath().getString("code"))
                .toList();
    }

    @Test
    void whoIsRefusedAmongThemIsRefusedAlone() throws Exception {
        var answers =
                together(
                        List.of(
                                () -> create("twice", MIB, ""),
                                () -> create("twice", MIB, ""),
                                () -> create("large", 20 * MIB, ""),
                                () -> create("first", MIB, ""),
                                () -> create("last", MIB, "")));

        assertThat(codes(answers))
                .containsExactlyInAnyOrder(
                        "accepted",
                        "accepted",
                        "name-taken",
                        "invalid-request",
                        "name-taken",
                        "accepted");
        assertThat(answers.getLast().statusCode()).isEqualTo(202);
        assertThat(List.of(rows("first"), rows("twice"), rows("large"), rows("last")))
                .containsExactly(1L, 1L, 0L, 1L);
        assertThat(reserved()).isEqualTo(3 * MIB);
    }

    private long reserved() {
        return Rows.number(
                "select (select reserved from volume.ledger where pool = ?)"
                        + " + (select coalesce(sum(bytes), 0) from volume.ledger_entry where pool = ?)",
                story.poolId(),
                story.poolId());
    }

    @Test
    void noMoreIsPromisedThanThereIsRoomFor() throws Exception {
        var answers =
                together(
                        List.of(
                                () -> create("a", 4 * MIB, ""),
                                () -> create("b", 4 * MIB, ""),
                                () -> create("c", 4 * MIB, "")));

        assertThat(codes(answers))
                .containsExactlyInAnyOrder("accepted", "accepted", "accepted", "pool-full");
        assertThat(rows("a") + rows("b") + rows("c")).isEqualTo(2);
        assertThat(reserved()).isEqualTo(9 * MIB);
    }

    @Test
    void aKeyThatComesTwiceAmongThemHasOneEffect() throws Exception {
        var key = UUID.randomUUID().toString();
        var answers =
                together(
                        List.of(
                                () -> create("keyed", MIB, key),
                                () -> create("keyed", MIB, key),
                                () -> create("plain", MIB, "")));

        assertThat(codes(answers)).containsOnly("accepted");
        var operations = new HashSet<UUID>();
        answers.forEach(answer -> operations.add(accepted(answer)));
        assertThat(operations).hasSize(3);
        assertThat(List.of(rows("keyed"), rows("plain"))).containsExactly(1L, 1L);
    }

    @Test
    void whatTakesItsSpaceAtOnceIsNotPromisedTwice() {
        var wide = VolumeStory.open(10 * VolumeStory.FIGURES.capacity(), Stage.GROUP);
        var stage = Stage.shared();

        var first = stage.take(accepted(whole(wide, "first")));
        whole(wide, "second")
                .then()
                .statusCode(507)
                .body("code", equalTo("pool-full"))
                .body("used", equalTo((int) (700 * MIB)))
                .body("allowed", equalTo((int) VolumeStory.FIGURES.capacity()));
        var thin = stage.take(wide.asked("thin", 700 * MIB));

        for (var each : List.of(first, thin)) {
            stage.fail(each, ProblemCode.STORAGE_FULL);
            VolumeStory.failed(each.operation(), "storage-full");
        }
        stage.fail(stage.take(accepted(whole(wide, "third"))), ProblemCode.STORAGE_FULL);
    }

    @Test
    void soIsWhatClonesConversionsAndResizesTakeAtOnce() {
        var wide = VolumeStory.open(10 * VolumeStory.FIGURES.capacity(), Stage.GROUP);
        var stage = Stage.shared();
        var base = wide.created("base", 600 * MIB, 7);
        var making = stage.take(accepted(wide.post(Map.of("name", "raw", "format", "raw"))));
        var raw = VolumeStory.volumeOf(making);
        stage.answer(making, new Result.VolumeCreated(raw, VolumeStory.file("raw", MIB, 8)));
        assertThat(VolumeStory.end(making.operation()).getString("state")).isEqualTo("succeeded");

        var clone =
                stage.take(
                        accepted(
                                post(
                                        base + "/clone",
                                        Map.of(
                                                "name",
                                                "copy",
                                                "strategy",
                                                "full",
                                                "preallocation",
                                                "falloc"))));
        for (var more :
                List.of(
                        Map.entry(
                                "/clone",
                                Map.of("name", "x", "strategy", "full", "preallocation", "full")),
                        Map.entry("/convert", Map.of("preallocation", "falloc")))) {
            post(base + more.getKey(), more.getValue())
                    .then()
                    .statusCode(507)
                    .body("code", equalTo("pool-full"));
        }
        post(raw + "/resize", Map.of("capacity", 600 * MIB, "allocate", true))
                .then()
                .statusCode(507)
                .body("code", equalTo("pool-full"));

        stage.fail(clone, ProblemCode.STORAGE_FULL);
        VolumeStory.failed(clone.operation(), "storage-full");
        var convert =
                stage.take(accepted(post(base + "/convert", Map.of("preallocation", "falloc"))));
        stage.fail(convert, ProblemCode.STORAGE_FULL);
        VolumeStory.failed(convert.operation(), "storage-full");
    }

    private static Response post(String path, Map<String, ?> body) {
        return given().contentType("application/json").body(body).post("/v1/volumes/" + path);
    }

    private static Response whole(VolumeStory story, String name) {
        return story.post(
                Map.of(
                        "name",
                        name,
                        "format",
                        "raw",
                        "capacity",
                        700 * MIB,
                        "preallocation",
                        "falloc"));
    }
}
