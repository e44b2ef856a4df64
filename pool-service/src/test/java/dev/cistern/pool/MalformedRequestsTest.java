package dev.cistern.pool;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.lessThan;

import dev.cistern.partner.Rows;
import dev.cistern.partner.Servers;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests that nobody should send: each is refused in words, and nothing comes of it. */
@QuarkusTest
@QuarkusTestResource(Servers.class)
final class MalformedRequestsTest {
    private static final List<String> MEMBERS =
            List.of(
                    "id",
                    "name",
                    "type",
                    "path",
                    "node",
                    "mode",
                    "owner",
                    "group",
                    "label",
                    "autostart",
                    "overcommit",
                    "limit");
    private static final List<String> VALUES =
            List.of(
                    "{}",
                    "[]",
                    "[1]",
                    "\"\"",
                    "\"no\"",
                    "\"\\u0000\"",
                    "\"\\ud800\"",
                    "1e400",
                    "-1",
                    "1.5",
                    "99999999999999999999999",
                    "\"" + "x".repeat(5000) + "\"");

    @AfterAll
    static void allIsWell() {
        Aftermath.check();
    }

    private static void refused(Response answer) {
        assertThat(answer.statusCode()).as(answer.asString()).isBetween(400, 499);
    }

    private static long rows() {
        return Rows.number(
                "select (select count(*) from pool.pool where name <> 'taken') + (select count(*) from pool.operation)");
    }

    static Stream<String> bodies() {
        return Stream.concat(
                Stream.of(
                        "",
                        "{",
                        "null",
                        "[]",
                        "\"x\"",
                        "42",
                        "{}",
                        "{\"name\":\"a\"",
                        "{\"nam\":\"x\"}",
                        "{\"name\":\"x\",\"path\":\"/x\",\"odd\":1}",
                        "<pool/>",
                        "\u0000",
                        "[".repeat(5000)),
                MEMBERS.stream()
                        .flatMap(
                                member ->
                                        VALUES.stream()
                                                .map(value -> "\"%s\":%s".formatted(member, value)))
                        .map(member -> "{\"state\":0," + member + "}"));
    }

    @Test
    void bodiesThatAreNoDefinitionsAreRefused() {
        var before = rows();
        bodies().forEach(
                        body ->
                                refused(
                                        given().contentType("application/json")
                                                .body(body)
                                                .post("/v1/pools")));
        assertThat(rows()).isEqualTo(before);
    }

    @Test
    void aMemberOfTheWrongShapeIsRefusedOrMeantAsItCanBeRead() {
        for (var member : MEMBERS) {
            for (var value : VALUES) {
                var rest =
                        "\"id\":\"%s\",\"name\":\"taken\",\"path\":\"/x\""
                                .formatted(new UUID(0, 7));
                var body = "{%s,\"%s\":%s}".formatted(rest, member, value);
                var answer = given().contentType("application/json").body(body).post("/v1/pools");
                assertThat(answer.statusCode()).as(body + answer.asString()).isLessThan(500);
            }
        }
    }

    static Stream<String> paths() {
        return Stream.of(
                "/v1/pools?limit=x",
                "/v1/pools?limit=0",
                "/v1/pools?limit=99999999999",
                "/v1/pools?cursor=%00",
                "/v1/pools?cursor=x",
                "/v1/pools?state=odd",
                "/v1/pools/%00",
                "/v1/pools/a%2Fb",
                "/v1/pools/" + "x".repeat(3000),
                "/v1/pools/nowhere/operations?state=odd",
                "/v1/pools/-/operations?state=odd",
                "/v1/pools/-/operations?limit=-5",
                "/v1/pools/-/operations/x",
                "/v1/pools/-/operations/%00",
                "/v1/pools/-/operations/" + new UUID(1, 1),
                "/v1/pools/-/operations/" + new UUID(1, 1) + "?wait=soon",
                "/v1/nodes/%00",
                "/v1/nodes/nobody",
                "/v1/events?cursor=%00",
                "/v1/nothing");
    }

    @ParameterizedTest
    @MethodSource("paths")
    void pathsThatLeadNowhereAreRefused(String path) {
        refused(given().urlEncodingEnabled(false).get(path));
        given().urlEncodingEnabled(false)
                .accept("application/xml")
                .get(path)
                .then()
                .statusCode(lessThan(500));
    }

    @Test
    void theWrongMethodOrContentTypeIsRefused() {
        refused(given().contentType("text/plain").body("x").post("/v1/pools"));
        refused(given().contentType("image/png").body(new byte[] {1}).post("/v1/pools"));
        refused(given().put("/v1/pools"));
        refused(given().delete("/v1/pools"));
        refused(given().get("/v1/pools/x/start"));
        refused(given().post("/v1/nodes"));
        refused(given().contentType("application/json").body("{}").post("/v1/pools/x/explode"));
        refused(given().post("/v1/pools/-/operations/x/cancel"));
        refused(given().post("/v1/pools/-/operations/" + new UUID(1, 1) + "/cancel"));
    }

    @Test
    void headersThatMakeNoSenseAreRefusedOrPassedOver() {
        var pool = PoolStory.defined();
        var before = rows();
        for (var header :
                Map.of("Cistern-Tenant", "a b", "Cistern-Actor", "x".repeat(200)).entrySet()) {
            given().header(header.getKey(), header.getValue())
                    .post("/v1/pools/" + pool.name() + "/build")
                    .then()
                    .statusCode(422);
        }
        assertThat(rows()).isEqualTo(before);
        var build =
                given().header("Prefer", "wait=soon, wait=, respond-async")
                        .header("traceparent", "odd")
                        .post("/v1/pools/" + pool.name() + "/build");
        PoolStory.cancel(PoolStory.accepted(build)).then().statusCode(200);
    }

    @Test
    void refusalsAreProblemsWhateverIsAccepted() {
        var answer = given().accept("application/xml").get("/v1/pools/nowhere");

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.contentType()).startsWith("application/problem+json");
        assertThat(answer.jsonPath().getString("code")).isEqualTo("pool-not-found");
    }
}
