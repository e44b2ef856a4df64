package dev.cistern.volume;

import static dev.cistern.volume.VolumeStory.MIB;
import static dev.cistern.volume.VolumeStory.accepted;
import static dev.cistern.volume.VolumeStory.cancel;
import static dev.cistern.volume.VolumeStory.end;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.cistern.common.message.Result;
import dev.cistern.partner.Rows;
import dev.cistern.partner.Servers;
import dev.cistern.partner.Stage;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.ArrayList;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that bear an Idempotency-Key and come more than once. */
@QuarkusTest
@QuarkusTestResource(Servers.class)
final class RepeatedRequestsTest {
    private final Stage stage = Stage.shared();
    private final VolumeStory story = VolumeStory.open();
    private final String key = UUID.randomUUID().toString();

    @AfterAll
    static void allIsWell() {
        Aftermath.check();
    }

    private Response create(String tenant, String name, long capacity) {
        return given().header("Idempotency-Key", key)
                .header("Cistern-Tenant", tenant)
                .contentType("application/json")
                .body(
                        Map.of(
                                "pool",
                                story.pool(),
                                "name",
                                name,
                                "format",
                                "qcow2",
                                "capacity",
                                capacity))
                .post("/v1/volumes");
    }

    private Response create(String name) {
        return create("default", name, MIB);
    }

    private long operations() {
        return Rows.number("select count(*) from volume.operation where pool = ?", story.poolId());
    }

    @Test
    void aRepetitionIsAnsweredWithTheSameOperationWhileItRunsAndAfterItsEnd() {
        var first = create("disk");
        var id = accepted(first);
        var command = stage.take(id);
        var before = operations();

        var running = create("disk");
        assertThat(accepted(running)).isEqualTo(id);
        assertThat(running.header("Location")).isEqualTo(first.header("Location"));
        assertThat(running.jsonPath().getBoolean("done")).isFalse();

        stage.answer(
                command,
                new Result.VolumeCreated(
                        VolumeStory.volumeOf(command), VolumeStory.file("disk", MIB, 7)));
        end(id);
        var ended = create("disk");
        assertThat(accepted(ended)).isEqualTo(id);
        assertThat(ended.jsonPath().getString("state")).isEqualTo("succeeded");
        assertThat(ended.header("Location")).isEqualTo(first.header("Location"));
        assertThat(operations()).isEqualTo(before);
    }

    @Test
    void aRepetitionWaitsForTheEndIfItPrefersTo() throws Exception {
        var id = accepted(create("disk"));
        var command = stage.take(id);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var waiting =
                    threads.submit(
                            () ->
                                    given().header("Idempotency-Key", key)
                                            .header("Prefer", "wait=20")
                                            .contentType("application/json")
                                            .body(
                                                    Map.of(
                                                            "pool",
                                                            story.pool(),
                                                            "name",
                                                            "disk",
                                                            "format",
                                                            "qcow2",
                                                            "capacity",
                                                            MIB))
                                            .post("/v1/volumes"));
            stage.answer(
                    command,
                    new Result.VolumeCreated(
                            VolumeStory.volumeOf(command), VolumeStory.file("disk", MIB, 7)));

            var answer = waiting.get();
            assertThat(accepted(answer)).isEqualTo(id);
            assertThat(answer.header("Preference-Applied")).isEqualTo("wait=20");
            assertThat(answer.jsonPath().getBoolean("done")).isTrue();
        }
    }

    @Test
    void aKeyOfAnotherRequestIsRefused() {
        var id = story.created("disk", 7);
        var first = accepted(create("other"));
        var before = operations();

        create("default", "other", 2 * MIB)
                .then()
                .statusCode(422)
                .body("code", equalTo("idempotency-key-reused"));
        given().header("Idempotency-Key", key)
                .delete("/v1/volumes/" + id)
                .then()
                .statusCode(422)
                .body("code", equalTo("idempotency-key-reused"));

        assertThat(operations()).isEqualTo(before);
        cancelled(first);
    }

    @Test
    void aKeyIsTheTenantsOwn() {
        var mine = accepted(create("tenant-a", "disk-a", MIB));
        var theirs = accepted(create("tenant-b", "disk-b", MIB));

        assertThat(theirs).isNotEqualTo(mine);
        cancelled(mine);
        cancelled(theirs);
    }

    @Test
    void whatWasRefusedMayBeTriedAgainWithItsKey() {
        var id = story.created("disk", 7);
        create("disk").then().statusCode(409).body("code", equalTo("name-taken"));
        story.deleted(id);

        cancelled(accepted(create("disk")));
    }

    @Test
    void aDeletionThatIsRepeatedAfterItsEndIsAnsweredAsBefore() {
        var id = story.created("disk", 7);
        Callable<Response> delete =
                () -> given().header("Idempotency-Key", key).delete("/v1/volumes/" + id);
        var first = accepted(call(delete));
        stage.answer(stage.take(first), new Result.VolumeDeleted(id));
        end(first);
        given().delete("/v1/volumes/" + id).then().statusCode(404);

        assertThat(accepted(call(delete))).isEqualTo(first);
    }

    @Test
    void aCancelThatIsRepeatedAfterTheEndIsAnsweredAsBefore() {
        var id = accepted(story.post(Map.of("name", "disk")));
        Callable<Response> cancel =
                () ->
                        given().header("Idempotency-Key", key)
                                .post("/v1/volumes/-/operations/" + id + "/cancel");
        assertThat(call(cancel).statusCode()).isEqualTo(200);
        settled(id);
        cancel(id).then().statusCode(409).body("code", equalTo("operation-ended"));

        var again = call(cancel);
        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(again.jsonPath().getString("state")).isEqualTo("cancelled");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "ä"})
    void whatCannotBeAKeyIsRefused(String wrong) {
        var before = operations();
        given().header("Idempotency-Key", wrong)
                .contentType("application/json")
                .body(Map.of("pool", story.pool(), "name", "disk", "capacity", MIB))
                .post("/v1/volumes")
                .then()
                .statusCode(422);
        assertThat(operations()).isEqualTo(before);
    }

    /** Eight times the same creation, each round at once. */
    @Test
    void ofThoseThatComeAtOnceOneHasAnEffect() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var round = 0; round < 10; round++) {
                var name = "disk-" + round;
                var roundKey = key + round;
                var answers = new ArrayList<Future<Response>>();
                for (var caller = 0; caller < 8; caller++) {
                    answers.add(
                            threads.submit(
                                    () ->
                                            given().header("Idempotency-Key", roundKey)
                                                    .contentType("application/json")
                                                    .body(
                                                            Map.of(
                                                                    "pool",
                                                                    story.pool(),
                                                                    "name",
                                                                    name,
                                                                    "capacity",
                                                                    512))
                                                    .post("/v1/volumes")));
                }
                var id = accepted(answers.getFirst().get());
                for (var answer : answers) {
                    assertThat(accepted(answer.get())).isEqualTo(id);
                }
                assertThat(
                                Rows.number(
                                        "select count(*) from volume.operation where target_name = ? and pool = ?",
                                        name,
                                        story.poolId()))
                        .isEqualTo(1);
                cancelled(id);
            }
        }
    }

    private void cancelled(UUID operation) {
        cancel(operation);
        settled(operation);
    }

    private void settled(UUID operation) {
        stage.answer(story.settling(operation), new Result.Settled(operation, null));
        end(operation);
    }

    private static Response call(Callable<Response> request) {
        try {
            return request.call();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
