package dev.cistern.pool;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.partner.Await;
import dev.cistern.partner.Servers;
import dev.cistern.partner.Stage;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What {@code /q/health} tells. */
@QuarkusTest
@QuarkusTestResource(Servers.class)
final class HealthTest {
    private static final String GROUPS = "pool-service worker groups";

    @AfterAll
    static void allIsWell() {
        Aftermath.check();
    }

    private static JsonPath health(String kind) {
        return given().get("/q/health/" + kind).jsonPath();
    }

    private static Map<String, String> check(String kind, String name) {
        return health(kind).getMap("checks.find { it.name == '%s' }".formatted(name));
    }

    private static Map<String, String> data(String name) {
        return health("well").getMap("checks.find { it.name == '%s' }.data".formatted(name));
    }

    @Test
    void eachPartIsNamed() throws Exception {
        Stage.shared();
        Await.until("the start", () -> health("started").getString("status"), "UP"::equals);
        assertThat(check("started", "pool-service topics")).containsEntry("status", "UP");
        assertThat(check("live", "pool-service threads")).containsEntry("status", "UP");
        assertThat(health("live").getList("checks.name", String.class))
                .anyMatch(name -> name.contains("Reactive Messaging"));
        assertThat(check("ready", "pool-service database")).containsEntry("status", "UP");
        assertThat(check("well", "pool-service Kafka")).containsEntry("status", "UP");
        assertThat(check("well", "pool-service relay")).containsEntry("status", "UP");
        Await.until(
                "all channels are read",
                () -> data("pool-service channels").values(),
                lags -> lags.stream().allMatch(lag -> lag.endsWith("messages behind")));
    }

    @Test
    void aGroupThatNobodyHearsOfIsNotWellForAsLongAsSomeoneNeedsIt() {
        var pool = PoolStory.defined(Map.of("node", Stage.ASLEEP));
        assertThat(data(GROUPS)).doesNotContainKey(Stage.ASLEEP);

        var build = pool.accepted("build");
        assertThat(data(GROUPS))
                .containsEntry(Stage.ASLEEP, "no worker is heard of, so its commands wait");
        assertThat(health("well").getString("status")).isEqualTo("DOWN");
        assertThat(health("ready").getString("status")).isEqualTo("UP");

        given().post("/v1/pools/-/operations/%s/cancel".formatted(build)).then().statusCode(200);
        assertThat(data(GROUPS)).doesNotContainKey(Stage.ASLEEP);
    }
}
