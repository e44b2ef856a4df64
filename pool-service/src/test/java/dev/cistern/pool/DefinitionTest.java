package dev.cistern.pool;

import static dev.cistern.pool.PoolStory.define;
import static dev.cistern.pool.PoolStory.newName;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.partner.Await;
import dev.cistern.partner.PublicEvent;
import dev.cistern.partner.Rows;
import dev.cistern.partner.Servers;
import dev.cistern.partner.Stage;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(Servers.class)
final class DefinitionTest {
    @AfterAll
    static void allIsWell() {
        Aftermath.check();
    }

    @Test
    void aDefinitionThatSaysLittleGetsTheDefaults() {
        var name = newName();

        define(Map.of("name", name, "path", "/srv/" + name))
                .then()
                .statusCode(201)
                .header("Location", containsString("/v1/pools/"))
                .body("state", equalTo("inactive"))
                .body("type", equalTo("dir"))
                .body("mode", nullValue())
                .body("owner", equalTo(-1))
                .body("overcommit", equalTo(10.0f))
                .body("limit", nullValue())
                .body("node", nullValue())
                .body("capacity", equalTo(0))
                .body("persistent", equalTo(true))
                .body("autostart", equalTo(false));
    }

    @Test
    void everyMemberOfADefinitionIsKept() {
        var name = newName();
        var id = UUID.randomUUID().toString();
        define(
                Map.ofEntries(
                        Map.entry("id", id),
                        Map.entry("name", name),
                        Map.entry("type", "dir"),
                        Map.entry("path", "//srv/./Bäume//"),
                        Map.entry("node", "rack-1.a_b"),
                        Map.entry("mode", "0750"),
                        Map.entry("owner", 107),
                        Map.entry("group", 36),
                        Map.entry("label", "system_u:object_r:virt_image_t:s0"),
                        Map.entry("autostart", true),
                        Map.entry("overcommit", 2.5),
                        Map.entry("limit", 1_000_000)));

        given().get("/v1/pools/" + name)
                .then()
                .statusCode(200)
                .body("id", equalTo(id))
                .body("path", equalTo("/srv/Bäume"))
                .body("node", equalTo("rack-1.a_b"))
                .body("mode", equalTo("0750"))
                .body("owner", equalTo(107))
                .body("group", equalTo(36))
                .body("label", equalTo("system_u:object_r:virt_image_t:s0"))
                .body("autostart", equalTo(true))
                .body("overcommit", equalTo(2.5f))
                .body("limit", equalTo(1_000_000));
        assertThat(given().accept("application/xml").get("/v1/pools/" + name).asString())
                .contains("<path>/srv/Bäume</path>", "<mode>0750</mode>", "<owner>107</owner>");
    }

    static Stream<Map<String, ?>> refusals() {
        var ok = Map.of("name", "refused", "path", "/srv/refused");
        return Stream.of(
                        Map.of("name", ""),
                        Map.of("name", "  "),
                        Map.of("name", "a/b"),
                        Map.of("name", "."),
                        Map.of("name", ".."),
                        Map.of("name", "-"),
                        Map.of("name", "a\nb"),
                        Map.of("name", "a\u0000b"),
                        Map.of("name", "a\ud800b"),
                        Map.of("name", "x".repeat(256)),
                        Map.of("name", "ä".repeat(128)),
                        Map.of("path", ""),
                        Map.of("path", "srv"),
                        Map.of("path", "/"),
                        Map.of("path", "//./"),
                        Map.of("path", "/srv/../etc"),
                        Map.of("path", "/srv/.."),
                        Map.of("path", "/srv/\u0000"),
                        Map.of("path", "/srv/\ud800"),
                        Map.of("path", "/" + "x".repeat(4095)),
                        Map.of("type", "directory"),
                        Map.of("type", ""),
                        Map.of("node", ""),
                        Map.of("node", "a b"),
                        Map.of("node", "a\u0000"),
                        Map.of("node", "x".repeat(201)),
                        Map.of("mode", "rwx"),
                        Map.of("mode", "10000"),
                        Map.of("mode", "-1"),
                        Map.of("owner", -2),
                        Map.of("group", -2),
                        Map.of("label", "a\u0000"),
                        Map.of("label", "x".repeat(1001)),
                        Map.of("overcommit", 0),
                        Map.of("overcommit", -1),
                        Map.of("overcommit", 10_001),
                        Map.of("limit", 0),
                        Map.of("limit", -1),
                        Map.of("reserve", -1),
                        Map.of("lowSpace", -1),
                        Map.of("type", "fs"),
                        Map.of("type", "netfs", "source", Map.of("host", "nas")))
                .map(
                        wrong -> {
                            var definition = new TreeMap<String, Object>(ok);
                            definition.putAll(wrong);
                            return definition;
                        });
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void whatMakesNoSenseIsRefused(Map<String, ?> definition) {
        var rows = Rows.number("select count(*) from pool.pool");

        var answer = define(definition);

        assertThat(answer.statusCode()).as(answer.asString()).isEqualTo(422);
        assertThat(answer.contentType()).startsWith("application/problem+json");
        assertThat(answer.jsonPath().getString("code")).isEqualTo("invalid-request");
        assertThat(answer.jsonPath().getString("detail")).isNotBlank();
        assertThat(Rows.number("select count(*) from pool.pool")).isEqualTo(rows);
    }

    @Test
    void aNameIsTakenOnceOnly() {
        var pool = PoolStory.defined();

        assertThat(
                        define(Map.of("name", pool.name(), "path", "/other"))
                                .jsonPath()
                                .getString("code"))
                .isEqualTo("name-taken");
        define(Map.of("id", UUID.randomUUID(), "name", pool.name(), "path", "/other"))
                .then()
                .statusCode(409);
        define(Map.of("id", pool.id(), "name", newName(), "path", "/other"))
                .then()
                .statusCode(409)
                .body("code", equalTo("name-taken"));
    }

    @Test
    void ofManyDefinitionsOfOneNameAtOnceOneIsTaken() throws Exception {
        var name = newName();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var asked = new ArrayList<Callable<Integer>>();
            for (var number = 0; number < 20; number++) {
                asked.add(() -> define(Map.of("name", name, "path", "/srv")).statusCode());
            }
            var statuses = new ArrayList<Integer>();
            for (var answer : threads.invokeAll(asked)) {
                statuses.add(answer.get());
            }
            assertThat(statuses).containsOnlyOnce(201).contains(409).hasSize(20);
        }
        assertThat(Rows.number("select count(*) from pool.pool where name = ?", name)).isEqualTo(1);
    }

    @Test
    void theSameNameAndIdDefineItAnew() {
        var pool = PoolStory.defined(Map.of("limit", 5000, "autostart", true));

        define(Map.of("id", pool.id(), "name", pool.name(), "path", "/srv/else"))
                .then()
                .statusCode(201)
                .body("path", equalTo("/srv/else"))
                .body("limit", nullValue())
                .body("autostart", equalTo(false))
                .body("node", equalTo(Stage.GROUP));
    }

    @Test
    void anActivePoolIsNotDefinedAnew() {
        var pool = PoolStory.running();

        define(Map.of("id", pool.id(), "name", pool.name(), "path", "/srv/else"))
                .then()
                .statusCode(409)
                .body("code", equalTo("pool-not-inactive"));
    }

    @Test
    void aPoolWithWorkUnderWayIsNotDefinedAnew() {
        var pool = PoolStory.defined();
        var start = pool.accepted("start");

        define(Map.of("id", pool.id(), "name", pool.name(), "path", "/srv/else"))
                .then()
                .statusCode(409)
                .body("detail", containsString("has not ended"));
        PoolStory.cancel(start).then().statusCode(200);
    }

    @Test
    void atAnotherPathNoMarkerIsLookedFor() {
        var pool = PoolStory.running();
        pool.stop();
        var again = pool.accepted("start");
        assertThat(((Command.StartPool) pool.stage().take(again).command()).claimed()).isTrue();
        PoolStory.cancel(again);

        define(Map.of("id", pool.id(), "name", pool.name(), "path", "/srv/else"))
                .then()
                .statusCode(201)
                .body("capacity", equalTo(0));
        var elsewhere = pool.accepted("start");

        var command = (Command.StartPool) pool.stage().take(elsewhere).command();
        assertThat(command.claimed()).isFalse();
        assertThat(command.pool().path()).isEqualTo("/srv/else");
        PoolStory.cancel(elsewhere);
    }

    @Test
    void anUndefinedPoolComesBackByItsId() throws Exception {
        var pool = PoolStory.running();
        pool.stop();
        pool.undefine();
        given().get("/v1/pools/" + pool.name()).then().statusCode(404);
        given().get("/v1/pools/" + pool.id()).then().statusCode(404);
        var name = newName();

        given().header("Cistern-Tenant", "other")
                .contentType("application/json")
                .body(Map.of("id", pool.id(), "name", name, "path", "/srv/else"))
                .post("/v1/pools")
                .then()
                .statusCode(201)
                .body("id", equalTo(pool.id().toString()))
                .body("tenant", equalTo("other"))
                .body("state", equalTo("inactive"))
                .body("node", equalTo(Stage.GROUP))
                .body("capacity", equalTo(0));

        var events =
                Await.until(
                        "the events of the pool",
                        () -> pool.stage().events(pool.id().toString()),
                        heard -> heard.size() == 5);
        assertThat(events)
                .extracting(PublicEvent::type)
                .containsExactly(
                        "pool.defined.v1",
                        "pool.started.v1",
                        "pool.stopped.v1",
                        "pool.undefined.v1",
                        "pool.defined.v1");
        assertThat(events.getFirst().data().has("oldState")).isFalse();
        assertThat(events.getLast().data().path("oldState").asText()).isEqualTo("undefined");
        new PoolStory(pool.stage(), name, pool.id()).start();
    }

    @ParameterizedTest
    @ValueSource(strings = {"disk", "iscsi", "logical", "rbd", "zfs"})
    void otherTypesAreKeptButCannotBeUsed(String type) {
        var pool = PoolStory.defined(Map.of("type", type));

        for (var verb : List.of("build", "start")) {
            pool.ask(verb).then().statusCode(422).body("code", equalTo("unsupported"));
        }
        var undefine = pool.undefining(false);
        pool.forgotten(undefine, true, 0);
        assertThat(PoolStory.end(undefine).getString("state")).isEqualTo("succeeded");
    }

    @Test
    void aPoolWithoutAFolderNeedsNoPath() {
        var name = newName();
        define(Map.of("name", name, "type", "rbd")).then().statusCode(201);

        assertThat(given().accept("application/xml").get("/v1/pools/" + name).asString())
                .contains("<pool type=\"rbd\">");
    }

    @Test
    void listsAreInOrderAndPaged() {
        var names = Stream.generate(PoolStory::defined).limit(5).map(PoolStory::name).toList();
        var seen = new ArrayList<String>();
        var next = "";
        do {
            var page = given().get("/v1/pools?state=inactive&limit=2" + next).jsonPath();
            assertThat(page.getList("items")).hasSizeLessThanOrEqualTo(2);
            seen.addAll(page.getList("items.name"));
            next = page.getString("next") == null ? "" : "&cursor=" + page.getString("next");
        } while (!next.isEmpty());

        assertThat(seen).containsSubsequence(names).doesNotHaveDuplicates();
    }

    @Test
    void aBuildThatWasAskedForIsPublished() throws Exception {
        var pool = PoolStory.defined(Map.of("mode", "0700", "owner", 7));
        var build = pool.accepted("build");
        var command = pool.stage().take(build);
        assertThat(((Command.BuildPool) command.command()).permissions().mode()).isEqualTo(0700);
        assertThat(pool.state()).isEqualTo("building");

        pool.stage().answer(command, new Result.PoolBuilt(null));

        assertThat(PoolStory.end(build).getString("state")).isEqualTo("succeeded");
        assertThat(pool.state()).isEqualTo("inactive");
        Await.until(
                "the event",
                () -> pool.stage().events(pool.id().toString()),
                heard -> heard.getLast().type().equals("pool.built.v1"));
    }
}
