package dev.cistern.pool;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.cistern.partner.Await;
import dev.cistern.partner.PublicEvent;
import dev.cistern.partner.Servers;
import dev.cistern.partner.Stage;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The public events over HTTP. */
@QuarkusTest
@QuarkusTestResource(Servers.class)
final class EventsTest {
    private final Stage stage = Stage.shared();

    @AfterAll
    static void allIsWell() {
        Aftermath.check();
    }

    private static JsonPath events(String query) {
        var answer = given().get("/v1/events?" + query);
        assertThat(answer.statusCode()).as(answer.asString()).isEqualTo(200);
        return answer.jsonPath();
    }

    /** The cursor behind all that has happened. */
    private static String now() {
        var cursor = events("limit=1000").getString("cursor");
        while (true) {
            var page = events("limit=1000&cursor=" + cursor);
            cursor = page.getString("cursor");
            if (page.getList("items").isEmpty()) {
                return cursor;
            }
        }
    }

    private void published(List<PoolStory> pools) throws Exception {
        for (var pool : pools) {
            Await.until(
                    "an event of " + pool.name(),
                    () -> stage.events(pool.id().toString()),
                    heard -> !heard.isEmpty());
        }
    }

    @Test
    void anEventIsACloudEvent() throws Exception {
        var cursor = now();
        var pool = PoolStory.defined();
        published(List.of(pool));

        var event = events("cursor=" + cursor).getMap("items[0]");

        assertThat(event)
                .containsEntry("specversion", "1.0")
                .containsEntry("type", "dev.cistern.pool.defined.v1")
                .containsEntry("source", "/v1/pools")
                .containsEntry("subject", pool.id().toString())
                .containsEntry("sequence", "1")
                .containsKeys("id", "time", "data");
        assertThat((Map<?, ?>) event.get("data"))
                .extracting(data -> data.get("name"))
                .isEqualTo(pool.name());
    }

    @Test
    void pagesTogetherHaveEachEventOnceOldestFirst() throws Exception {
        var cursor = now();
        var pools = Stream.generate(PoolStory::defined).limit(12).toList();
        published(pools);

        var subjects = new ArrayList<String>();
        while (subjects.size() < pools.size()) {
            var page = events("limit=5&cursor=" + cursor);
            assertThat(page.getList("items")).hasSizeBetween(1, 5);
            subjects.addAll(page.getList("items.subject"));
            cursor = page.getString("cursor");
        }

        assertThat(subjects)
                .containsExactlyElementsOf(
                        pools.stream().map(pool -> pool.id().toString()).toList());
        assertThat(events("cursor=" + cursor).getList("items")).isEmpty();
    }

    @Test
    void theFirstOfNewEventsEndsTheWait() throws Exception {
        var cursor = now();
        var found = new ArrayList<String>();
        var waiting =
                Thread.ofVirtual()
                        .start(
                                () ->
                                        found.addAll(
                                                events("wait=60s&cursor=" + cursor)
                                                        .getList("items.type")));

        var pool = PoolStory.defined();
        waiting.join();

        assertThat(found).containsExactly("dev.cistern.pool.defined.v1");
        published(List.of(pool));
    }

    @Test
    void allThatWasPublishedIsThereFromTheBeginning() throws Exception {
        published(List.of(PoolStory.defined()));
        var ids = new ArrayList<String>();
        var cursor = "";
        while (true) {
            var page = events("limit=50&cursor=" + cursor);
            if (page.getList("items").isEmpty()) {
                break;
            }
            ids.addAll(page.getList("items.id"));
            cursor = page.getString("cursor");
        }

        assertThat(ids).doesNotHaveDuplicates();
        assertThat(ids)
                .containsExactlyInAnyOrderElementsOf(
                        stage.events().stream().map(PublicEvent::id).distinct().toList());
    }

    @Test
    void aCursorBeyondTheEndGoesOnFromTheEnd() throws Exception {
        var beyond = events("cursor=" + cursor("0:99999,1:99999,2:99999,3:99999"));
        assertThat(beyond.getList("items")).isEmpty();

        var pool = PoolStory.defined();
        published(List.of(pool));

        assertThat(events("cursor=" + beyond.getString("cursor")).getList("items.subject"))
                .containsExactly(pool.id().toString());
    }

    private static String cursor(String plain) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(plain.getBytes(StandardCharsets.US_ASCII));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cursor=x",
                "cursor=%21",
                "cursor=MDox,",
                "cursor=YQ",
                "limit=0",
                "limit=1001",
                "limit=-1",
                "limit=x",
                "limit=99999999999",
                "wait=soon",
                "wait=-1s",
                "wait=99999999999s"
            })
    void aQueryThatMakesNoSenseIsRefused(String query) {
        given().get("/v1/events?" + query)
                .then()
                .statusCode(422)
                .body("code", equalTo("invalid-request"));
    }
}
