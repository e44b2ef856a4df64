package dev.cistern.volume;

import static dev.cistern.volume.VolumeStory.accepted;
import static dev.cistern.volume.VolumeStory.end;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.partner.Rows;
import dev.cistern.partner.Servers;
import dev.cistern.partner.Stage;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Volumes carry entity tags, and requests may name the one that they expect. */
@QuarkusTest
@QuarkusTestResource(Servers.class)
final class EntityTagsTest {
    private final Stage stage = Stage.shared();
    private final VolumeStory story = VolumeStory.open();

    @AfterAll
    static void allIsWell() {
        Aftermath.check();
    }

    private static String tag(UUID volume) {
        return given().get("/v1/volumes/" + volume).header("ETag");
    }

    private long operations() {
        return Rows.number("select count(*) from volume.operation where pool = ?", story.poolId());
    }

    @Test
    void aTagChangesWithWhatIsShownAndOnlyThen() {
        var id = story.created("disk", 7);
        var first = tag(id);
        assertThat(first).matches("\"[0-9a-f]{32}\"");
        assertThat(tag(id)).isEqualTo(first);

        story.refreshed(VolumeStory.file("disk", VolumeStory.MIB, 7));
        assertThat(tag(id)).isEqualTo(first);
        story.refreshed();
        var missing = tag(id);
        assertThat(missing).isNotEqualTo(first);

        story.refreshed(VolumeStory.file("disk", VolumeStory.MIB, 7));
        var delete = story.deleting(id);
        assertThat(tag(id)).isNotIn(first, missing);
        stage.answer(delete, new Result.VolumeDeleted(id));
        end(delete.operation());
    }

    @Test
    void whoHasSeenItIsToldSoOnly() {
        var id = story.created("disk", 7);
        var tag = tag(id);

        var seen = given().header("If-None-Match", tag).get("/v1/volumes/" + id);
        assertThat(seen.statusCode()).isEqualTo(304);
        assertThat(seen.asString()).isEmpty();
        assertThat(seen.header("ETag")).isEqualTo(tag);
        given().header("If-None-Match", "\"other\"")
                .get("/v1/volumes/" + id)
                .then()
                .statusCode(200);
    }

    @Test
    void aRequestThatExpectsAnotherStateIsRefused() {
        var id = story.created("disk", 7);
        var old = tag(id);
        story.refreshed();
        story.refreshed(VolumeStory.file("disk", VolumeStory.MIB, 7));
        var now = tag(id);
        assertThat(now).isNotEqualTo(old);
        var before = operations();

        for (var header : new String[] {old, "\"other\", " + old, "W/" + now}) {
            given().header("If-Match", header)
                    .delete("/v1/volumes/" + id)
                    .then()
                    .statusCode(412)
                    .body("code", equalTo("precondition-failed"))
                    .body("etag", equalTo(now));
        }

        assertThat(operations()).isEqualTo(before);
        assertThat(tag(id)).isEqualTo(now);
        var delete =
                stage.take(
                        accepted(
                                given().header("If-Match", old + ", " + now)
                                        .delete("/v1/volumes/" + story.pool() + ":disk")));
        stage.answer(delete, new Result.VolumeDeleted(id));
        end(delete.operation());
    }

    @Test
    void aCloneExpectsItOfItsSource() {
        var id = story.created("disk", 7);
        var tag = tag(id);
        var before = operations();

        clone(id, "\"other\"").then().statusCode(412).body("etag", equalTo(tag));
        assertThat(operations()).isEqualTo(before);
        var clone = stage.take(accepted(clone(id, tag)));

        stage.fail(clone, ProblemCode.IO_ERROR);
        end(clone.operation());
        story.deleted(id);
    }

    private static Response clone(UUID source, String tag) {
        return given().header("If-Match", tag)
                .contentType("application/json")
                .body(Map.of("name", "copy"))
                .post("/v1/volumes/" + source + "/clone");
    }

    @Test
    void anyStateWillDoIfThereIsOne() {
        var id = story.created("disk", 7);
        var delete =
                stage.take(accepted(given().header("If-Match", "*").delete("/v1/volumes/" + id)));
        stage.answer(delete, new Result.VolumeDeleted(id));
        end(delete.operation());

        given().header("If-Match", "*")
                .delete("/v1/volumes/" + UUID.randomUUID())
                .then()
                .statusCode(404);
        given().header("If-Match", "*")
                .contentType("application/json")
                .body(Map.of("pool", story.pool(), "name", "new", "capacity", 512))
                .post("/v1/volumes")
                .then()
                .statusCode(412);
    }

    @ParameterizedTest
    @ValueSource(strings = {"unquoted", "\"a", "\"a\" \"b\"", "\"a\",*"})
    void whatIsNoListOfTagsIsRefused(String header) {
        var id = story.created("disk", 7);
        given().header("If-Match", header)
                .delete("/v1/volumes/" + id)
                .then()
                .statusCode(422)
                .body("code", equalTo("invalid-request"));
        story.deleted(id);
    }
}
