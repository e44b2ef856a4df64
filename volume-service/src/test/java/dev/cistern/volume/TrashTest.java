package dev.cistern.volume;

import static dev.cistern.volume.VolumeStory.MIB;
import static dev.cistern.volume.VolumeStory.accepted;
import static dev.cistern.volume.VolumeStory.end;
import static dev.cistern.volume.VolumeStory.failed;
import static dev.cistern.volume.VolumeStory.file;
import static dev.cistern.volume.VolumeStory.state;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
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

/** Volumes that are deleted and can be restored. */
@QuarkusTest
@QuarkusTestResource(Servers.class)
final class TrashTest {
    private final Stage stage = Stage.shared();

    @AfterAll
    static void allIsWell() {
        Aftermath.check();
    }

    private UUID trashed(UUID volume, String keep) {
        var command =
                stage.take(accepted(given().delete("/v1/volumes/" + volume + "?keep=" + keep)));
        assertThat(command.command()).isInstanceOf(Command.TrashVolume.class);
        stage.answer(command, new Result.VolumeTrashed(volume));
        assertThat(end(command.operation()).getString("state")).isEqualTo("succeeded");
        return command.operation();
    }

    private static Response restore(UUID volume, Map<String, ?> body) {
        return given().contentType("application/json")
                .body(body)
                .post("/v1/volumes/" + volume + "/restore");
    }

    @Test
    void aVolumeComesBackFromTheTrash() throws Exception {
        var story = VolumeStory.open();
        var id = story.created("disk", 7);
        trashed(id, "7d");
        assertThat(state(id)).isEqualTo("trashed");
        assertThat(story.reserved()).isEqualTo(MIB);
        given().get("/v1/volumes/" + story.pool() + ":disk").then().statusCode(404);
        given().get("/v1/volumes?state=trashed&pool=" + story.pool())
                .then()
                .body("items.id", contains(id.toString()));
        given().delete("/v1/volumes/" + id)
                .then()
                .statusCode(409)
                .body("code", equalTo("volume-state"));
        story.created("disk", 8);
        restore(id, Map.of()).then().statusCode(409).body("code", equalTo("name-taken"));

        var restore = stage.take(accepted(restore(id, Map.of("name", "back"))));
        var command = (Command.RestoreVolume) restore.command();
        assertThat(command.image().name()).isEqualTo("back");
        assertThat(command.image().inode()).isEqualTo(7);
        stage.answer(restore, new Result.VolumeChanged(id, file("back", MIB, 7)));

        assertThat(end(restore.operation()).getString("result.path"))
                .isEqualTo("/pools/" + story.pool() + "/back");
        assertThat(state(id)).isEqualTo("available");
        assertThat(story.events(id, 3))
                .containsExactly("volume.created.v1", "volume.trashed.v1", "volume.restored.v1");
        assertThat(story.reserved()).isEqualTo(2 * MIB);
    }

    @Test
    void aVolumeIsPurgedFromTheTrash() {
        var story = VolumeStory.open();
        var id = story.created("disk", 7);
        trashed(id, "7d");

        var purge = stage.take(accepted(given().delete("/v1/volumes/" + id + "?purge=true")));
        assertThat(purge.command())
                .isInstanceOfSatisfying(
                        Command.DeleteVolume.class,
                        delete -> assertThat(delete.generation()).isEqualTo(3));
        stage.answer(purge, new Result.VolumeDeleted(id));

        end(purge.operation());
        assertThat(state(id)).isEqualTo("deleted");
        assertThat(story.reserved()).isZero();
    }

    @Test
    void theTrashIsEmptiedInTime() {
        var story = VolumeStory.open();
        var id = story.created("disk", 7);
        trashed(id, "1s");

        var purge =
                stage.take(
                        "the purge of " + id,
                        message ->
                                message.command() instanceof Command.DeleteVolume delete
                                        && delete.volumeId().equals(id));
        stage.answer(purge, new Result.VolumeDeleted(id));

        assertThat(end(purge.operation()).getString("actor")).isEqualTo("cistern");
        assertThat(state(id)).isEqualTo("deleted");
    }

    @Test
    void aVolumeThatIsInUseIsNotPutAside() {
        var story = VolumeStory.open();
        var id = story.created("disk", 7);
        var command = stage.take(accepted(given().delete("/v1/volumes/" + id + "?keep=1h")));
        stage.fail(command, ProblemCode.VOLUME_IN_USE);

        failed(command.operation(), "volume-in-use");
        assertThat(state(id)).isEqualTo("available");
    }

    @Test
    void whatWasNotRestoredStaysInTheTrash() {
        var story = VolumeStory.open();
        var id = story.created("disk", 7);
        trashed(id, "7d");
        var restore = stage.take(accepted(restore(id, Map.of())));
        stage.fail(restore, ProblemCode.FILE_EXISTS);

        failed(restore.operation(), "file-exists");
        assertThat(state(id)).isEqualTo("trashed");
        story.created("disk", 8);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"keep=1y", "keep=-1d", "keep=9999d", "purge=maybe", "purge=true&keep=1d"})
    void whatMakesNoSenseIsRefused(String parameters) {
        var id = VolumeStory.open().created("disk", 7);
        given().delete("/v1/volumes/" + id + "?" + parameters)
                .then()
                .statusCode(422)
                .body("code", equalTo("invalid-request"));
        assertThat(state(id)).isEqualTo("available");
    }
}
