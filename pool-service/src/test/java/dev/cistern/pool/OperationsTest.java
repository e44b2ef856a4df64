package dev.cistern.pool;

import static dev.cistern.pool.PoolStory.cancel;
import static dev.cistern.pool.PoolStory.end;
import static dev.cistern.pool.PoolStory.operation;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.notNullValue;

import dev.cistern.common.message.Result;
import dev.cistern.partner.Await;
import dev.cistern.partner.Servers;
import dev.cistern.partner.Stage;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Operations on pools as a user sees them. */
@QuarkusTest
@QuarkusTestResource(Servers.class)
final class OperationsTest {
    private final Stage stage = Stage.shared();

    @AfterAll
    static void allIsWell() {
        Aftermath.check();
    }

    @Test
    void anOperationShowsWhoDoesWhatToWhat() throws Exception {
        var pool = PoolStory.defined();
        var answer =
                given().header("Cistern-Tenant", "blue")
                        .header("Cistern-Actor", "ada@example.org")
                        .post("/v1/pools/" + pool.name() + "/start");
        var start = PoolStory.accepted(answer);
        answer.then()
                .header(
                        "Location",
                        containsString("/v1/pools/" + pool.id() + "/operations/" + start))
                .body("kind", equalTo("StartPool"))
                .body("target.type", equalTo("pool"))
                .body("target.id", equalTo(pool.id().toString()))
                .body("target.name", equalTo(pool.name()))
                .body("tenant", equalTo("blue"))
                .body("actor", equalTo("ada@example.org"))
                .body("done", equalTo(false))
                .body("createdAt", notNullValue());

        var command = stage.take(start);
        stage.speakOf(command, "claiming", 3, 10);
        Await.until(
                "its progress",
                () -> operation(start),
                seen -> seen.getLong("progress.bytesDone") == 3);
        given().get("/v1/pools/%s/operations/%s".formatted(pool.id(), start))
                .then()
                .body("state", equalTo("running"))
                .body("stage", equalTo("claiming"))
                .body("worker", equalTo("player"))
                .body("attempt", equalTo(1))
                .body("progress.bytesTotal", equalTo(10));
        cancel(start).then().body("state", equalTo("cancelled"));
    }

    @Test
    void anOperationWithoutAWorkerSaysWhatItWaitsFor() {
        var pool = PoolStory.defined(Map.of("node", "nobody"));
        var start = pool.accepted("start");

        assertThat(operation(start).getString("state")).isEqualTo("queued");
        assertThat(operation(start).getString("stage"))
                .isEqualTo("waiting for a worker: none of group 'nobody' is heard of");
        cancel(start);
    }

    @Test
    void anOperationIsFoundUnderItsOwnPoolOnly() {
        var pool = PoolStory.defined();
        var other = PoolStory.defined();
        var start = pool.accepted("start");

        for (var own : List.of(pool.name(), pool.id().toString(), "-")) {
            given().get("/v1/pools/%s/operations/%s".formatted(own, start)).then().statusCode(200);
        }
        given().get("/v1/pools/%s/operations/%s".formatted(other.name(), start))
                .then()
                .statusCode(404)
                .body("code", equalTo("operation-not-found"))
                .body("detail", containsString(pool.name()));
        given().post("/v1/pools/%s/operations/%s/cancel".formatted(other.id(), start))
                .then()
                .statusCode(404);
        cancel(start).then().body("state", equalTo("cancelled"));
    }

    @Test
    void whoPrefersToWaitGetsTheEnd() {
        var pool = PoolStory.defined();
        try (var worker = Executors.newVirtualThreadPerTaskExecutor()) {
            worker.execute(
                    () ->
                            stage.answer(
                                    stage.take(
                                            "the build",
                                            message ->
                                                    message.command()
                                                            .pool()
                                                            .poolId()
                                                            .equals(pool.id())),
                                    new Result.PoolBuilt(null)));
            given().header("Prefer", "respond-async, wait=20")
                    .post("/v1/pools/" + pool.name() + "/build")
                    .then()
                    .statusCode(202)
                    .header("Preference-Applied", "wait=20")
                    .body("state", equalTo("succeeded"))
                    .body("finishedAt", notNullValue());
        }
    }

    @Test
    void aWaitThatIsOverAnswersHowItStands() {
        var pool = PoolStory.defined();
        var build = pool.accepted("build");

        given().get("/v1/pools/-/operations/%s?wait=50ms".formatted(build))
                .then()
                .statusCode(200)
                .body("done", equalTo(false));
        cancel(build);
    }

    @Test
    void operationsAreListedInOrderByStateAndPage() {
        var pool = PoolStory.defined(Map.of("node", Stage.ASLEEP));
        var first = pool.accepted("build");
        var second = pool.accepted("build");
        var third = pool.accepted("start");
        cancel(second);

        var all = given().get("/v1/pools/%s/operations".formatted(pool.name())).jsonPath();
        assertThat(all.getList("items.id"))
                .containsExactly(first.toString(), second.toString(), third.toString());
        assertThat(all.getList("items.state")).containsExactly("queued", "cancelled", "waiting");
        var page = given().get("/v1/pools/%s/operations?limit=2".formatted(pool.name())).jsonPath();
        assertThat(page.getList("items")).hasSize(2);
        given().get(
                        "/v1/pools/%s/operations?limit=2&cursor=%s"
                                .formatted(pool.name(), page.getString("next")))
                .then()
                .body("items.size()", equalTo(1))
                .body("items[0].id", equalTo(third.toString()));
        given().get("/v1/pools/%s/operations?state=waiting".formatted(pool.id()))
                .then()
                .body("items.size()", equalTo(1));
        given().get("/v1/pools/-/operations?state=queued")
                .then()
                .body("items.size()", greaterThan(0));
        cancel(third);
        cancel(first);
    }

    @Test
    void whatNoWorkerHasIsCancelledAtOnce() {
        var pool = PoolStory.defined(Map.of("node", Stage.ASLEEP));
        var build = pool.accepted("build");
        assertThat(operation(build).getString("state")).isEqualTo("queued");

        cancel(build)
                .then()
                .statusCode(200)
                .body("state", equalTo("cancelled"))
                .body("problem.code", equalTo("cancelled"));

        assertThat(pool.state()).isEqualTo("inactive");
        assertThat(stage.commands(build)).isEmpty();
    }

    @Test
    void whatHasEndedIsNotCancelled() {
        var pool = PoolStory.defined();
        var build = pool.accepted("build");
        stage.answer(stage.take(build), new Result.PoolBuilt(null));
        end(build);

        cancel(build).then().statusCode(409).body("code", equalTo("operation-ended"));
        cancel(UUID.randomUUID()).then().statusCode(404);
    }
}
