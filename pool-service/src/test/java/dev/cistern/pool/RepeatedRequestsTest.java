package dev.cistern.pool;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.cistern.partner.Rows;
import dev.cistern.partner.Servers;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Requests about pools that come again, and those that expect a pool to be as it was. */
@QuarkusTest
@QuarkusTestResource(Servers.class)
final class RepeatedRequestsTest {
    private final String key = UUID.randomUUID().toString();

    @AfterAll
    static void allIsWell() {
        Aftermath.check();
    }

    private Response define(String name, String path) {
        return given().header("Idempotency-Key", key)
                .contentType("application/json")
                .body(Map.of("name", name, "path", path))
                .post("/v1/pools");
    }

    @Test
    void aDefinitionThatIsRepeatedIsAnsweredAsBefore() {
        var name = PoolStory.newName();
        var first = define(name, "/srv/" + name);
        assertThat(first.statusCode()).as(first.asString()).isEqualTo(201);

        var again = define(name, "/srv/" + name);

        assertThat(again.statusCode()).as(again.asString()).isEqualTo(201);
        assertThat(again.jsonPath().getString("id")).isEqualTo(first.jsonPath().getString("id"));
        assertThat(again.header("Location")).isEqualTo(first.header("Location"));
        assertThat(Rows.number("select count(*) from pool.pool where name = ?", name)).isEqualTo(1);
        define(name, "/srv/other")
                .then()
                .statusCode(422)
                .body("code", equalTo("idempotency-key-reused"));
    }

    @Test
    void aPoolIsTaggedInBothOfItsFormsAndAVerbMayExpectEither() {
        var pool = PoolStory.defined();
        var path = "/v1/pools/" + pool.name();
        var json = given().get(path).header("ETag");
        var xml = given().accept("application/xml").get(path).header("ETag");
        assertThat(json).isNotNull();
        assertThat(xml).isNotNull().isNotEqualTo(json);
        assertThat(given().get(path).header("ETag")).isEqualTo(json);

        given().header("If-Match", "\"other\"")
                .delete(path)
                .then()
                .statusCode(412)
                .body("code", equalTo("precondition-failed"));
        given().header("If-Match", xml).delete(path).then().statusCode(202);
    }
}
