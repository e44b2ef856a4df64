package dev.cistern.pool;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.InternalEvent.PoolClosed;
import dev.cistern.common.message.InternalEvent.PoolClosing;
import dev.cistern.common.message.InternalEvent.PoolForgetting;
import dev.cistern.common.message.InternalEvent.PoolForgotten;
import dev.cistern.common.message.InternalEvent.PoolInventoried;
import dev.cistern.common.message.InternalEvent.PoolOpened;
import dev.cistern.common.message.PoolFigures;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.Problem;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.partner.Await;
import dev.cistern.partner.PublicEvent;
import dev.cistern.partner.Stage;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A pool, and what its user, its worker and volume-service do, step by step. */
record PoolStory(Stage stage, String name, UUID id) {
    static final PoolFigures FIGURES = new PoolFigures(1_000_000, 400_000, 600_000);
    private static final AtomicInteger COUNT = new AtomicInteger();

    /** A name that no other story has. */
    static String newName() {
        return "pool-" + COUNT.incrementAndGet();
    }

    /** A pool that is defined, with the rest of its definition. */
    static PoolStory defined(Map<String, ?> more) {
        var name = newName();
        var definition = new HashMap<String, Object>(more);
        definition.put("name", name);
        definition.putIfAbsent("path", "/srv/" + name);
        definition.putIfAbsent("node", Stage.GROUP);
        var answer = define(definition);
        assertThat(answer.statusCode()).as(answer.asString()).isEqualTo(201);
        return new PoolStory(
                Stage.shared(), name, UUID.fromString(answer.jsonPath().getString("id")));
    }

    static PoolStory defined() {
        return defined(Map.of());
    }

    static Response define(Object definition) {
        return given().contentType("application/json").body(definition).post("/v1/pools");
    }

    static Response defineXml(String xml) {
        return given().contentType("application/xml").body(xml).post("/v1/pools");
    }

    static PoolStory running() {
        var pool = defined();
        pool.start();
        return pool;
    }

    /** A pool whose folder was gone when it was refreshed. */
    static PoolStory inaccessible() {
        var pool = running();
        var refresh = pool.accepted("refresh");
        pool.notInventoried(refresh, ProblemCode.POOL_INACCESSIBLE);
        failed(refresh, "pool-inaccessible");
        assertThat(pool.state()).isEqualTo("inaccessible");
        return pool;
    }

    /** Starts it, all going well. */
    void start() {
        var start = accepted("start");
        stage.answer(stage.take(start), new Result.PoolStarted(FIGURES));
        var opened = opened(start);
        assertThat(opened.place().epoch()).isEqualTo(epoch());
        inventoried(start);
        assertThat(end(start).getString("state")).isEqualTo("succeeded");
    }

    /** Stops it, all going well. */
    void stop() {
        var stop = accepted("stop");
        closed(closing(stop));
        stage.answer(stage.take(stop), new Result.PoolStopped());
        assertThat(end(stop).getString("state")).isEqualTo("succeeded");
    }

    /** Undefines it after it was started once, all going well. */
    void undefine() {
        var undefine = undefining(true);
        closed(closing(undefine));
        forgotten(undefine, true, 0);
        stage.answer(stage.take(undefine), new Result.PoolReleased());
        assertThat(end(undefine).getString("state")).isEqualTo("succeeded");
    }

    Response ask(String verb) {
        return given().post("/v1/pools/" + name + "/" + verb);
    }

    /** The operation of a request that is accepted. */
    UUID accepted(String verb) {
        return accepted(ask(verb));
    }

    static UUID accepted(Response answer) {
        assertThat(answer.statusCode()).as(answer.asString()).isEqualTo(202);
        return UUID.fromString(answer.jsonPath().getString("id"));
    }

    UUID undefining(boolean keepFiles) {
        return accepted(given().delete("/v1/pools/" + name + "?keepFiles=" + keepFiles));
    }

    PoolOpened opened(UUID operation) {
        return stage.heard(PoolOpened.class, event -> event.operation().equals(operation));
    }

    PoolClosing closing(UUID operation) {
        return stage.heard(PoolClosing.class, event -> event.operation().equals(operation));
    }

    void closed(PoolClosing closing) {
        stage.say(new PoolClosed(closing.poolId(), closing.operation(), closing.epoch()));
    }

    void forgotten(UUID operation, boolean done, long volumes) {
        stage.heard(PoolForgetting.class, event -> event.operation().equals(operation));
        stage.say(new PoolForgotten(id, operation, done, volumes));
    }

    void inventoried(UUID operation) {
        stage.say(new PoolInventoried(id, operation, FIGURES, 5, 3, 1, 0, null));
    }

    void notInventoried(UUID operation, ProblemCode code) {
        var problem = Problem.of(code, "played");
        stage.say(new PoolInventoried(id, operation, PoolFigures.UNKNOWN, 0, 0, 0, 0, problem));
    }

    JsonPath get() {
        return given().get("/v1/pools/" + id).jsonPath();
    }

    String state() {
        return get().getString("state");
    }

    long epoch() {
        return get().getLong("epoch");
    }

    static JsonPath operation(UUID operation) {
        return given().get("/v1/pools/-/operations/" + operation).jsonPath();
    }

    static JsonPath end(UUID operation) {
        var ended = given().get("/v1/pools/-/operations/" + operation + "?wait=20s").jsonPath();
        assertThat(ended.getBoolean("done")).as(ended.prettify()).isTrue();
        return ended;
    }

    static void failed(UUID operation, @Nullable String code) {
        var ended = end(operation);
        assertThat(ended.getString("state")).isEqualTo("failed");
        assertThat(ended.getString("problem.code")).isEqualTo(code);
    }

    static Response cancel(UUID operation) {
        return given().post("/v1/pools/-/operations/" + operation + "/cancel");
    }

    /** The types of the public events of it, once there are so many. */
    List<String> eventTypes(int count) throws Exception {
        return Await.until(
                "%d events of %s".formatted(count, name),
                () -> stage.events(id.toString()).stream().map(PublicEvent::type).toList(),
                types -> types.size() >= count);
    }
}
