package dev.cistern.volume;

import static dev.cistern.volume.VolumeStory.MIB;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.cistern.common.message.Owner;
import dev.cistern.common.message.Topics;
import dev.cistern.partner.Rows;
import dev.cistern.partner.Servers;
import dev.cistern.partner.Stage;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests that are refused in words, and change nothing. */
@QuarkusTest
@QuarkusTestResource(Servers.class)
final class RefusalsTest {
    private static VolumeStory story;

    @BeforeAll
    static void aPoolWithAVolume() {
        story = VolumeStory.open();
        Rows.change(
                "insert into volume.volume (id, pool, name, tenant, format, capacity, state, file_mode,"
                        + " file_owner, file_group, changed) values (gen_random_uuid(), ?, 'taken', 'default', 'raw',"
                        + " 512, 'AVAILABLE', 384, 0, 0, 1)",
                story.poolId());
        Rows.change(
                "insert into volume.ledger_entry (pool, bytes) values (?, 512)", story.poolId());
    }

    @AfterAll
    static void allIsWell() {
        Aftermath.check();
    }

    /** Messages are not counted: the watchdog sends those of other tests again at any time. */
    private static List<Long> rows() {
        var counts = new ArrayList<Long>();
        for (var table : List.of("volume", "operation", "claim", "dependency")) {
            counts.add(Rows.number("select count(*) from volume." + table));
        }
        counts.add(
                Rows.number(
                        "select sum(reserved) + (select coalesce(sum(bytes), 0) from volume.ledger_entry)"
                                + " from volume.ledger"));
        return counts;
    }

    static Stream<Arguments> refusals() {
        return Stream.of(
                Arguments.of(Map.of("name", "taken"), 409, "name-taken"),
                Arguments.of(Map.of("pool", "nowhere"), 404, "pool-not-found"),
                Arguments.of(Map.of("pool", ""), 404, "pool-not-found"),
                Arguments.of(Map.of("pool", UUID.randomUUID()), 404, "pool-not-found"),
                Arguments.of(Map.of("capacity", 0), 422, "invalid-request"),
                Arguments.of(Map.of("capacity", -1), 422, "invalid-request"),
                Arguments.of(Map.of("capacity", Long.MIN_VALUE), 422, "invalid-request"),
                Arguments.of(Map.of("capacity", Long.MAX_VALUE), 422, "invalid-request"),
                Arguments.of(Map.of("capacity", Long.MAX_VALUE - 512), 422, "invalid-request"),
                Arguments.of(Map.of("capacity", 100 * MIB + 1), 422, "invalid-request"),
                Arguments.of(Map.of("capacity", 100 * MIB), 507, "pool-full"),
                Arguments.of(Map.of("name", ""), 422, "invalid-request"),
                Arguments.of(Map.of("name", "a/b"), 422, "invalid-request"),
                Arguments.of(Map.of("name", "/"), 422, "invalid-request"),
                Arguments.of(Map.of("name", ".."), 422, "invalid-request"),
                Arguments.of(Map.of("name", "../x"), 422, "invalid-request"),
                Arguments.of(Map.of("name", "."), 422, "invalid-request"),
                Arguments.of(Map.of("name", ".hidden"), 422, "invalid-request"),
                Arguments.of(Map.of("name", "a\nb"), 422, "invalid-request"),
                Arguments.of(Map.of("name", "a\u0000b"), 422, "invalid-request"),
                Arguments.of(Map.of("name", "a\u009bb"), 422, "invalid-request"),
                Arguments.of(Map.of("name", "a\ud800b"), 422, "invalid-request"),
                Arguments.of(Map.of("name", "x".repeat(300)), 422, "invalid-request"),
                Arguments.of(Map.of("name", "ä".repeat(128)), 422, "invalid-request"),
                Arguments.of(Map.of("format", "vdi"), 422, "unsupported"),
                Arguments.of(Map.of("format", ""), 422, "unsupported"),
                Arguments.of(Map.of("mode", "rw"), 422, "invalid-request"),
                Arguments.of(Map.of("mode", "77777"), 422, "invalid-request"),
                Arguments.of(Map.of("owner", -2), 422, "invalid-request"),
                Arguments.of(Map.of("group", -2), 422, "invalid-request"));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void whatCannotBeIsRefusedAndChangesNothing(Map<String, ?> wrong, int status, String code) {
        var before = rows();

        var answer = story.post(wrong);

        assertThat(answer.statusCode()).as(answer.asString()).isEqualTo(status);
        assertThat(answer.contentType()).startsWith("application/problem+json");
        assertThat(answer.jsonPath().getString("code")).isEqualTo(code);
        assertThat(answer.jsonPath().getString("detail")).isNotBlank();
        assertThat(rows()).isEqualTo(before);
    }

    @Test
    void aPoolThatIsStoppedTakesNoVolumes() {
        var stopped = VolumeStory.open();
        stopped.closed(stopped.closing(2));
        var before = rows();

        stopped.post(Map.of()).then().statusCode(409).body("code", equalTo("pool-not-running"));

        assertThat(rows()).isEqualTo(before);
    }

    private static void refused(Response answer) {
        assertThat(answer.statusCode()).as(answer.asString()).isBetween(400, 499);
    }

    static Stream<String> bodies() {
        return Stream.concat(
                Stream.of("", "{", "null", "[]", "\"x\"", "42", "{}", "{\"odd\":1}", "\u0000"),
                Stream.of("pool", "name", "format", "capacity", "owner", "group", "mode")
                        .flatMap(
                                member ->
                                        Stream.of("{}", "[1]", "\"\\u0000\"", "1e400", "1.5")
                                                .map(
                                                        value ->
                                                                "{\"%s\":%s}"
                                                                        .formatted(
                                                                                member, value))));
    }

    @Test
    void bodiesThatAreNoVolumesAreRefused() {
        var before = rows();
        bodies().forEach(
                        body ->
                                refused(
                                        given().contentType("application/json")
                                                .body(body)
                                                .post("/v1/volumes")));
        refused(given().contentType("text/plain").body("x").post("/v1/volumes"));
        refused(given().contentType("application/xml").body("<volume/>").post("/v1/volumes"));
        refused(story.post(Map.of("pool", "a\u0000")));
        assertThat(rows()).isEqualTo(before);
    }

    @ParameterizedTest
    @MethodSource
    void pathsThatLeadNowhereAreRefused(String path) {
        refused(given().urlEncodingEnabled(false).get(path));
    }

    static Stream<String> pathsThatLeadNowhereAreRefused() {
        return Stream.of(
                "/v1/volumes?limit=x",
                "/v1/volumes?limit=0",
                "/v1/volumes?cursor=x",
                "/v1/volumes?state=odd",
                "/v1/volumes?pool=%00",
                "/v1/volumes?name=%00",
                "/v1/volumes/%00",
                "/v1/volumes/a:%00",
                "/v1/volumes/nowhere:disk",
                "/v1/volumes/:",
                "/v1/volumes/" + new UUID(1, 1),
                "/v1/volumes/-/operations/x",
                "/v1/volumes/-/operations/" + new UUID(1, 1),
                "/v1/volumes/-/operations?state=odd");
    }

    @Test
    void messagesThatCannotBeReadStopNothing() {
        for (var words :
                new String[] {null, "", "babble", "null", "{}", "[]", "{\"type\":\"X\"}"}) {
            Stage.shared().babble(Topics.RESULTS, Owner.VOLUME, words);
            Stage.shared().babble(Topics.INTERNAL, Owner.VOLUME, words);
            Stage.shared().babble(Topics.HEARTBEATS, Owner.VOLUME, words);
        }

        var next = VolumeStory.open();
        next.deleted(next.created("disk", 7));
    }
}
