package dev.cistern.volume;

import static dev.cistern.volume.VolumeStory.MIB;
import static dev.cistern.volume.VolumeStory.accepted;
import static dev.cistern.volume.VolumeStory.cancel;
import static dev.cistern.volume.VolumeStory.end;
import static dev.cistern.volume.VolumeStory.failed;
import static dev.cistern.volume.VolumeStory.file;
import static dev.cistern.volume.VolumeStory.volume;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.partner.Servers;
import dev.cistern.partner.Stage;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What users say of volumes: names, labels, descriptions. */
@QuarkusTest
@QuarkusTestResource(Servers.class)
final class UpdatesTest {
    private final Stage stage = Stage.shared();

    @AfterAll
    static void allIsWell() {
        Aftermath.check();
    }

    private static Response patch(UUID volume, Map<String, ?> body) {
        return given().contentType("application/json").body(body).patch("/v1/volumes/" + volume);
    }

    private static List<String> labelled(VolumeStory story, String... labels) {
        return given().queryParam("pool", story.pool())
                .queryParam("label", List.of(labels))
                .get("/v1/volumes")
                .jsonPath()
                .getList("items.name");
    }

    @Test
    void labelsAreSetAndTakenOffAtOnce() throws Exception {
        var story = VolumeStory.open();
        var id = story.created("disk", 7);
        var other = story.created("other", 8);
        patch(id, Map.of("labels", Map.of("app", "web", "tier", "1"), "description", "of web"))
                .then()
                .statusCode(200)
                .body("labels.app", equalTo("web"))
                .body("description", equalTo("of web"));
        patch(other, Map.of("labels", Map.of("app", "db"))).then().statusCode(200);
        var off = new HashMap<String, Object>();
        off.put("tier", null);
        patch(id, Map.of("labels", off)).then().statusCode(200);

        assertThat(volume(id).getMap("labels")).isEqualTo(Map.of("app", "web"));
        assertThat(volume(id).getString("description")).isEqualTo("of web");
        assertThat(labelled(story, "app")).containsExactly("disk", "other");
        assertThat(labelled(story, "app=web")).containsExactly("disk");
        assertThat(labelled(story, "app=web", "tier")).isEmpty();
        assertThat(story.events(id, 3))
                .containsExactly("volume.created.v1", "volume.updated.v1", "volume.updated.v1");
        assertThat(stage.events(id.toString()).getLast().data().path("labels").path("app").asText())
                .isEqualTo("web");
        assertThat(
                        given().get("/v1/volumes/" + id + "/operations")
                                .jsonPath()
                                .getList("items.kind"))
                .containsExactly("CreateVolume", "UpdateVolume", "UpdateVolume");
    }

    @Test
    void whatCannotBeALabelIsRefused() {
        var id = VolumeStory.open().created("disk", 7);
        for (var labels :
                List.of(
                        Map.of("", "x"),
                        Map.of("a b", "x"),
                        Map.of("-a", "x"),
                        Map.of("a".repeat(64), "x"),
                        Map.of("a", "x".repeat(256)))) {
            patch(id, Map.of("labels", labels))
                    .then()
                    .statusCode(422)
                    .body("code", equalTo("invalid-request"));
        }
        assertThat(volume(id).getMap("labels")).isEmpty();
        patch(UUID.randomUUID(), Map.of("description", "x")).then().statusCode(404);
    }

    @Test
    void aNameIsKeptUntilTheFileHasIt() throws Exception {
        var story = VolumeStory.open();
        var id = story.created("disk", 7);
        var renaming = stage.take(accepted(patch(id, Map.of("name", "web"))));
        var command = (Command.RenameVolume) renaming.command();
        assertThat(command.newName()).isEqualTo("web");
        assertThat(command.image().name()).isEqualTo("disk");
        assertThat(command.generation()).isEqualTo(2);
        story.post(Map.of("name", "web"))
                .then()
                .statusCode(409)
                .body("code", equalTo("name-taken"));
        given().get("/v1/volumes/" + story.pool() + ":web").then().statusCode(404);

        stage.answer(renaming, new Result.VolumeChanged(id, file("web", MIB, 7)));
        assertThat(end(renaming.operation()).getString("result.path"))
                .isEqualTo("/pools/" + story.pool() + "/web");

        assertThat(volume(id).getString("name")).isEqualTo("web");
        assertThat(story.events(id, 2)).containsExactly("volume.created.v1", "volume.renamed.v1");
        story.created("disk", 8);
        patch(id, Map.of("name", "disk"))
                .then()
                .statusCode(409)
                .body("code", equalTo("name-taken"));
        assertThat(story.reserved()).isEqualTo(2 * MIB);
    }

    @Test
    void aNameIsFreeAgainWhenItWasNotGiven() {
        var story = VolumeStory.open();
        var id = story.created("disk", 7);
        var renaming = stage.take(accepted(patch(id, Map.of("name", "web"))));

        stage.fail(renaming, ProblemCode.VOLUME_IN_USE);

        failed(renaming.operation(), "volume-in-use");
        assertThat(volume(id).getString("name")).isEqualTo("disk");
        story.created("web", 8);
    }

    @Test
    void aRenamingThatIsCancelledLetsTheNameGo() {
        var story = VolumeStory.open();
        var id = story.created("disk", 7);
        var renaming = stage.take(accepted(patch(id, Map.of("name", "web"))));
        cancel(renaming.operation());
        stage.answer(
                story.settling(renaming.operation()),
                new Result.Settled(renaming.operation(), null));

        assertThat(end(renaming.operation()).getString("state")).isEqualTo("cancelled");
        story.created("web", 8);
    }

    @Test
    void aVolumeThatOthersBuildOnKeepsItsName() {
        var story = VolumeStory.open();
        story.refreshed(file("base", MIB, 5), file("child", MIB, 6, "base"));
        var base = given().get("/v1/volumes/" + story.pool() + ":base").jsonPath().getString("id");

        patch(UUID.fromString(base), Map.of("name", "other"))
                .then()
                .statusCode(409)
                .body("code", equalTo("volume-has-children"));
        story.created("other", 8);
    }
}
