package dev.cistern.pool;

import static dev.cistern.pool.PoolStory.cancel;
import static dev.cistern.pool.PoolStory.end;
import static dev.cistern.pool.PoolStory.failed;
import static dev.cistern.pool.PoolStory.operation;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.InternalEvent.PoolClosing;
import dev.cistern.common.message.InternalEvent.PoolInventoried;
import dev.cistern.common.message.InternalEvent.PoolOpened;
import dev.cistern.common.message.InternalEvent.PoolRefreshRequested;
import dev.cistern.common.message.Permissions;
import dev.cistern.common.message.PoolFigures;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.partner.Servers;
import dev.cistern.partner.Stage;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each verb through its whole conversation, and what stops it on the way. */
@QuarkusTest
@QuarkusTestResource(Servers.class)
final class PoolVerbsTest {
    private final Stage stage = Stage.shared();

    @AfterAll
    static void allIsWell() {
        Aftermath.check();
    }

    @Test
    void aPoolLivesFromStartToUndefine() throws Exception {
        var pool = PoolStory.defined();
        pool.start();
        assertThat(pool.get().getLong("capacity")).isEqualTo(1_000_000);
        assertThat(pool.get().getLong("allocation")).isEqualTo(400_000);
        assertThat(pool.get().getLong("available")).isEqualTo(600_000);
        pool.stop();
        assertThat(pool.state()).isEqualTo("inactive");
        pool.undefine();

        assertThat(pool.eventTypes(4))
                .containsExactly(
                        "pool.defined.v1",
                        "pool.started.v1",
                        "pool.stopped.v1",
                        "pool.undefined.v1");
        var started = stage.events(pool.id().toString()).get(1).data();
        assertThat(started.path("oldState").asText()).isEqualTo("inactive");
        assertThat(started.path("newState").asText()).isEqualTo("running");
        assertThat(started.path("tenant").asText()).isEqualTo("default");
        assertThat(started.path("actor").asText()).isEqualTo("anonymous");
        assertThat(started.path("operation").asText()).isNotBlank();
        assertThat(started.path("capacity").asLong()).isEqualTo(1_000_000);
    }

    @Test
    void whatTakingStockCameToIsTheResultOfARefresh() {
        var pool = PoolStory.running();
        var refresh = pool.accepted("refresh");
        stage.heard(PoolRefreshRequested.class, event -> event.operation().equals(refresh));
        assertThat(operation(refresh).getString("stage")).isEqualTo("taking stock");

        pool.inventoried(refresh);

        var ended = end(refresh);
        assertThat(ended.getInt("result.volumes")).isEqualTo(5);
        assertThat(ended.getInt("result.adopted")).isEqualTo(3);
        assertThat(ended.getInt("result.missing")).isEqualTo(1);
        assertThat(ended.getString("stage")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "inactive, stop, pool-not-running",
        "inactive, refresh, pool-not-running",
        "running, build, pool-not-inactive",
        "running, start, pool-not-inactive",
        "running, undefine, pool-not-inactive",
        "inaccessible, build, pool-not-inactive",
        "inaccessible, undefine, pool-not-inactive",
    })
    void whatTheStateDoesNotAllowIsRefused(String state, String verb, String code) {
        var pool =
                switch (state) {
                    case "inactive" -> PoolStory.defined();
                    case "running" -> PoolStory.running();
                    default -> PoolStory.inaccessible();
                };

        var answer =
                "undefine".equals(verb)
                        ? given().delete("/v1/pools/" + pool.name())
                        : pool.ask(verb);

        answer.then().statusCode(409).body("code", equalTo(code));
        assertThat(pool.state()).isEqualTo(state);
        assertThat(
                        given().get("/v1/pools/%s/operations?state=failed".formatted(pool.name()))
                                .jsonPath()
                                .getList("items.findAll { it.kind != 'RefreshPool' }"))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"build", "start", "stop", "refresh"})
    void anUnknownPoolIsNotFound(String verb) {
        given().post("/v1/pools/nowhere/" + verb)
                .then()
                .statusCode(404)
                .body("code", equalTo("pool-not-found"));
        given().post("/v1/pools/" + UUID.randomUUID() + "/" + verb).then().statusCode(404);
        given().delete("/v1/pools/nowhere").then().statusCode(404);
        given().get("/v1/pools/nowhere/operations").then().statusCode(404);
    }

    @Test
    void aBuildThatFailsLeavesThePoolInactive() {
        var pool = PoolStory.defined();
        var build = pool.accepted("build");

        stage.fail(stage.take(build), ProblemCode.IO_ERROR);

        failed(build, "io-error");
        assertThat(pool.state()).isEqualTo("inactive");
    }

    @Test
    void aPoolWithVolumesIsNotUndefined() {
        var pool = PoolStory.running();
        pool.stop();
        var undefine = pool.undefining(false);
        pool.closed(pool.closing(undefine));
        pool.forgotten(undefine, false, 3);

        failed(undefine, "pool-not-empty");
        assertThat(operation(undefine).getInt("problem.volumes")).isEqualTo(3);
        assertThat(pool.state()).isEqualTo("inactive");
        pool.start();
    }

    @Test
    void aPoolThatWasNeverStartedIsUndefinedWithoutAWorker() {
        var pool = PoolStory.defined(Map.of("node", Stage.ASLEEP));
        var undefine = pool.undefining(false);

        pool.forgotten(undefine, true, 0);

        assertThat(end(undefine).getString("state")).isEqualTo("succeeded");
        assertThat(stage.commands(undefine)).isEmpty();
        assertThat(stage.allHeard(PoolClosing.class, said -> said.poolId().equals(pool.id())))
                .isEmpty();
    }

    @Test
    void anUndefineThatIsCancelledWhileTheMarkerGoesDoesNotMakeTheNextStartFail() {
        var pool = PoolStory.running();
        pool.stop();
        var undefine = pool.undefining(true);
        pool.closed(pool.closing(undefine));
        pool.forgotten(undefine, true, 3);
        var release = stage.take(undefine);
        cancel(undefine).then().statusCode(200);
        stage.answer(release, new Result.PoolReleased());

        var start = pool.accepted("start");

        assertThat(((Command.StartPool) stage.take(start).command()).claimed()).isFalse();
        cancel(start);
    }

    @Test
    void aStartBehindAStartFailsAndLeavesThePoolOpen() {
        var pool = PoolStory.defined();
        var first = pool.accepted("start");
        var second = pool.accepted("start");
        assertThat(operation(second).getString("state")).isEqualTo("waiting");

        stage.answer(stage.take(first), new Result.PoolStarted(PoolStory.FIGURES));
        pool.opened(first);
        pool.inventoried(first);

        assertThat(end(first).getString("state")).isEqualTo("succeeded");
        failed(second, "pool-not-inactive");
        pool.stop();
        assertThat(stage.allHeard(PoolClosing.class, said -> said.poolId().equals(pool.id())))
                .hasSize(1);
    }

    @Test
    void whatIsCancelledBeforeItsTurnUndoesNothing() {
        var pool = PoolStory.running();
        var stop = pool.accepted("stop");
        var closing = pool.closing(stop);
        var waiting = List.of(pool.accepted("stop"), pool.accepted("start"), pool.undefining(true));

        waiting.forEach(
                each -> cancel(each).then().statusCode(200).body("state", equalTo("cancelled")));
        pool.closed(closing);
        stage.answer(stage.take(stop), new Result.PoolStopped());

        assertThat(end(stop).getString("state")).isEqualTo("succeeded");
        assertThat(pool.epoch()).isEqualTo(closing.epoch());
        assertThat(stage.allHeard(PoolOpened.class, said -> waiting.contains(said.operation())))
                .isEmpty();
    }

    @Test
    void aBuildThatIsCancelledBeforeItsTurnLeavesTheOtherBuilding() {
        var pool = PoolStory.defined();
        var first = pool.accepted("build");
        var second = pool.accepted("build");
        cancel(second);
        assertThat(pool.state()).isEqualTo("building");
        stage.answer(stage.take(first), new Result.PoolBuilt(null));
        assertThat(end(first).getString("state")).isEqualTo("succeeded");
    }

    private static void requirePermissions(PoolStory pool, String mode, int owner, int group) {
        assertThat(pool.get().getString("mode")).isEqualTo(mode);
        assertThat(pool.get().getInt("owner")).isEqualTo(owner);
        assertThat(pool.get().getInt("group")).isEqualTo(group);
    }

    /** As in libvirt; a definition tells what it is to have until the next look. */
    @Test
    void whatItsFolderHasIsToldOnceItWasSeen() {
        var pool = PoolStory.defined(Map.of("mode", "0700", "owner", 7));
        requirePermissions(pool, "0700", 7, -1);

        var build = pool.accepted("build");
        stage.answer(stage.take(build), new Result.PoolBuilt(new Permissions(7, 107, 0700)));
        end(build);
        requirePermissions(pool, "0700", 7, 107);

        var start = pool.accepted("start");
        var figures = new PoolFigures(3000, 1000, 2000, new Permissions(0, 107, 0755));
        stage.answer(stage.take(start), new Result.PoolStarted(figures));
        pool.opened(start);
        stage.say(new PoolInventoried(pool.id(), start, figures, 0, 0, 0, 0, null));
        end(start);
        requirePermissions(pool, "0755", 0, 107);
        assertThat(given().accept("application/xml").get("/v1/pools/" + pool.name()).asString())
                .contains("<mode>0755</mode>", "<owner>0</owner>", "<group>107</group>");

        pool.stop();
        requirePermissions(pool, "0755", 0, 107);
        given().contentType("application/xml")
                .body(
                        "<pool type='dir'><name>%s</name><uuid>%s</uuid><target><path>/x</path></target></pool>"
                                .formatted(pool.name(), pool.id()))
                .post("/v1/pools")
                .then()
                .statusCode(201);
        assertThat(given().accept("application/xml").get("/v1/pools/" + pool.name()).asString())
                .doesNotContain("permissions");
    }

    @Test
    void verbsInARowRunInTheOrderAccepted() {
        var pool = PoolStory.defined();
        var build = pool.accepted("build");
        var start = pool.accepted("start");
        var refresh = pool.accepted("refresh");
        var stop = pool.accepted("stop");
        var undefine = pool.undefining(false);

        stage.answer(stage.take(build), new Result.PoolBuilt(null));
        stage.answer(stage.take(start), new Result.PoolStarted(PoolStory.FIGURES));
        pool.opened(start);
        pool.inventoried(start);
        stage.heard(PoolRefreshRequested.class, event -> event.operation().equals(refresh));
        pool.inventoried(refresh);
        pool.closed(pool.closing(stop));
        stage.answer(stage.take(stop), new Result.PoolStopped());
        pool.closed(pool.closing(undefine));
        pool.forgotten(undefine, true, 0);
        stage.answer(stage.take(undefine), new Result.PoolReleased());

        for (var each : List.of(build, start, refresh, stop, undefine)) {
            assertThat(end(each).getString("state")).isEqualTo("succeeded");
        }
        given().get("/v1/pools/" + pool.name()).then().statusCode(404);
    }

    @Test
    void answersThatComeTwiceOrTooLateChangeNothing() throws Exception {
        var pool = PoolStory.defined();
        var start = pool.accepted("start");
        var command = stage.take(start);
        pool.inventoried(start);
        for (var attempt = 1; attempt <= 3; attempt++) {
            stage.answer(
                    Stage.attempt(command, attempt), new Result.PoolStarted(PoolStory.FIGURES));
            stage.answer(
                    Stage.attempt(command, attempt), new Result.PoolStarted(PoolStory.FIGURES));
        }
        pool.opened(start);
        pool.inventoried(start);
        assertThat(end(start).getString("state")).isEqualTo("succeeded");

        pool.notInventoried(start, ProblemCode.POOL_INACCESSIBLE);
        stage.fail(Stage.attempt(command, 4), ProblemCode.IO_ERROR);
        pool.stop();

        assertThat(end(start).getString("state")).isEqualTo("succeeded");
        assertThat(stage.allHeard(PoolOpened.class, said -> said.poolId().equals(pool.id())))
                .hasSize(1);
        assertThat(pool.eventTypes(3))
                .containsExactly("pool.defined.v1", "pool.started.v1", "pool.stopped.v1");
    }

    @Test
    void aResultAfterTheCancelIsOfNoEffect() {
        var pool = PoolStory.defined();
        var start = pool.accepted("start");
        var command = stage.take(start);
        cancel(start).then().statusCode(200).body("state", equalTo("cancelled"));
        stage.awaitCancel(start);

        stage.answer(command, new Result.PoolStarted(PoolStory.FIGURES));
        pool.start();

        assertThat(end(start).getString("state")).isEqualTo("cancelled");
    }
}
