package dev.cistern.pool;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.equalTo;

import dev.cistern.common.message.Heartbeat;
import dev.cistern.common.message.Owner;
import dev.cistern.common.message.Topics;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.partner.Await;
import dev.cistern.partner.Rows;
import dev.cistern.partner.Servers;
import dev.cistern.partner.Stage;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.enterprise.inject.spi.CDI;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(Servers.class)
final class NodesTest {
    private final Stage stage = Stage.shared();

    @AfterAll
    static void allIsWell() {
        Aftermath.check();
    }

    @BeforeEach
    void thePlayerIsKnown() throws Exception {
        known("player");
    }

    private static void known(String node) throws Exception {
        Await.until(
                node, () -> given().get("/v1/nodes/" + node).statusCode(), status -> status == 200);
    }

    @Test
    void aNodeShowsWhatItsHeartbeatsSay() {
        given().get("/v1/nodes/player")
                .then()
                .body("name", equalTo("player"))
                .body("groups", equalTo(List.of(Stage.GROUP)))
                .body("version", equalTo("1.0"))
                .body("state", equalTo("online"))
                .body("slots.metadata.total", equalTo(64))
                .body("slots.bulk.free", equalTo(4));
        assertThat(given().get("/v1/nodes").jsonPath().getList("items.name")).contains("player");
        given().get("/v1/nodes/nobody")
                .then()
                .statusCode(404)
                .body("code", equalTo("node-not-found"));
    }

    @Test
    void aNodeWhoseClockIsWrongIsOnlineAllTheSame() throws Exception {
        stage.heartbeat("behind", List.of(Stage.GROUP), Instant.EPOCH);
        stage.heartbeat("ahead", List.of(Stage.GROUP), Instant.parse("2999-01-01T00:00:00Z"));
        known("behind");
        known("ahead");

        for (var node : List.of("behind", "ahead")) {
            given().get("/v1/nodes/" + node).then().body("state", equalTo("online"));
        }
    }

    @Test
    void aNodeThatIsNotHeardOfAnyMoreIsSilent() throws Exception {
        stage.heartbeat("gone", List.of(Stage.GROUP), Instant.now());
        known("gone");

        Rows.change(
                "update pool.node set last_seen = last_seen - interval '1 hour' where name = 'gone'");

        given().get("/v1/nodes/gone").then().body("state", equalTo("silent"));
    }

    @Test
    void heartbeatsThatCannotBeReadStopNothing() throws Exception {
        stage.babble(Topics.HEARTBEATS, Owner.POOL, null);
        stage.babble(Topics.HEARTBEATS, Owner.POOL, "no heartbeat");
        stage.babble(Topics.HEARTBEATS, Owner.POOL, "{}");
        stage.babble(Topics.HEARTBEATS, Owner.POOL, "null");
        stage.babble(Topics.HEARTBEATS, Owner.POOL, "{\"worker\":\"half\",\"groups\":[null]}");

        stage.heartbeat("after", List.of(Stage.GROUP), Instant.now());

        known("after");
    }

    @Test
    void messagesThatCannotBeReadStopNothing() {
        for (var words :
                new String[] {null, "", "babble", "null", "{}", "[]", "{\"type\":\"X\"}"}) {
            stage.babble(Topics.RESULTS, Owner.POOL, words);
            stage.babble(Topics.INTERNAL, Owner.POOL, words);
        }

        PoolStory.running().stop();
    }

    @Test
    void aPoolThatNamesNoNodeGoesToTheOnlyGroupThereIs() {
        var nodes = CDI.current().select(Nodes.class).get();
        QuarkusTransaction.begin();
        try {
            nodes.deleteAll();
            assertThatThrownBy(nodes::onlyGroup)
                    .isInstanceOf(ProblemException.class)
                    .hasMessageContaining("start an image-worker");
            nodes.persist(node("one", List.of("near")));
            nodes.persist(node("two", List.of("near")));
            assertThat(nodes.onlyGroup()).isEqualTo("near");
            nodes.persist(node("three", List.of("near", "far")));
            assertThatThrownBy(nodes::onlyGroup)
                    .isInstanceOf(ProblemException.class)
                    .hasMessageContaining("one of [far, near]");
        } finally {
            QuarkusTransaction.rollback();
        }
    }

    private static Node node(String name, List<String> groups) {
        var slots = new Heartbeat.Slots(1, 1);
        return new Node(
                new Heartbeat(
                        name,
                        UUID.randomUUID(),
                        groups,
                        "1.0",
                        Instant.now(),
                        slots,
                        slots,
                        List.of()),
                Instant.now());
    }
}
