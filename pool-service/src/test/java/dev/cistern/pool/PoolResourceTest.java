package dev.cistern.pool;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(Servers.class)
final class PoolResourceTest {
    @Test
    void definesAPoolByJson() {
        given().contentType("application/json")
                .body("{\"name\":\"images\",\"path\":\"/var/lib/images\"}")
                .post("/v1/pools")
                .then()
                .statusCode(201)
                .body("state", equalTo("inactive"))
                .body("id", notNullValue());
    }
}
