package dev.cistern.volume;

import static dev.cistern.volume.VolumeStory.MIB;
import static dev.cistern.volume.VolumeStory.accepted;
import static dev.cistern.volume.VolumeStory.cancel;
import static dev.cistern.volume.VolumeStory.conditions;
import static dev.cistern.volume.VolumeStory.end;
import static dev.cistern.volume.VolumeStory.failed;
import static dev.cistern.volume.VolumeStory.file;
import static dev.cistern.volume.VolumeStory.operation;
import static dev.cistern.volume.VolumeStory.state;
import static dev.cistern.volume.VolumeStory.volumeOf;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.InternalEvent.PoolUnreachable;
import dev.cistern.common.message.Permissions;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.partner.Servers;
import dev.cistern.partner.Stage;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Volumes from creation to deletion, and what comes in between. */
@QuarkusTest
@QuarkusTestResource(Servers.class)
final class VolumesTest {
    private final Stage stage = Stage.shared();

    @AfterAll
    static void allIsWell() {
        Aftermath.check();
    }

    @ParameterizedTest
    @ValueSource(strings = {"raw", "qcow2"})
    void aVolumeIsCreatedAsAskedFor(String format) {
        var story = VolumeStory.open();
        var asked =
                accepted(
                        story.post(
                                Map.of(
                                        "name",
                                        "Größe 1",
                                        "format",
                                        format,
                                        "capacity",
                                        1000,
                                        "mode",
                                        "0640",
                                        "owner",
                                        107,
                                        "group",
                                        36)));

        var command = (Command.CreateVolume) stage.take(asked).command();

        assertThat(command.name()).isEqualTo("Größe 1");
        assertThat(command.format()).isEqualTo(format);
        assertThat(command.capacity()).isEqualTo(1024);
        assertThat(command.permissions()).isEqualTo(new Permissions(107, 36, 0640));
        assertThat(command.generation()).isEqualTo(1);
        assertThat(command.pool().path()).isEqualTo("/pools/" + story.pool());
        assertThat(command.pool().epoch()).isEqualTo(1);
        assertThat(conditions(command.volumeId())).containsExactly("busy");
        assertThat(state(command.volumeId())).isEqualTo("creating");
        cancel(asked);
        stage.answer(story.settling(asked), new Result.Settled(asked, null));
        end(asked);
    }

    @Test
    void aVolumeLivesFromCreateToDelete() throws Exception {
        var story = VolumeStory.open();
        var id = story.created("disk", 7);
        given().get("/v1/volumes/" + id)
                .then()
                .body("state", equalTo("available"))
                .body("path", equalTo("/pools/" + story.pool() + "/disk"))
                .body("pool", equalTo(story.pool()))
                .body("allocation", equalTo(196_608))
                .body("conditions.size()", equalTo(0));

        var delete = stage.take(accepted(given().delete("/v1/volumes/" + story.pool() + ":disk")));
        assertThat(delete.command())
                .isEqualTo(new Command.DeleteVolume(delete.command().pool(), id, 2, "disk", 7L));
        assertThat(state(id)).isEqualTo("deleting");
        stage.answer(delete, new Result.VolumeDeleted(id));

        assertThat(end(delete.operation()).getString("state")).isEqualTo("succeeded");
        assertThat(state(id)).isEqualTo("deleted");
        given().get("/v1/volumes/" + story.pool() + ":disk")
                .then()
                .statusCode(404)
                .body("code", equalTo("volume-not-found"));
        given().delete("/v1/volumes/" + id).then().statusCode(404);
        assertThat(story.events(id, 2)).containsExactly("volume.created.v1", "volume.deleted.v1");
        var deleted = stage.events(id.toString()).getLast().data();
        assertThat(deleted.path("oldState").asText()).isEqualTo("deleting");
        assertThat(deleted.path("newState").asText()).isEqualTo("deleted");
        assertThat(deleted.path("capacity").asLong()).isEqualTo(MIB);
        assertThat(deleted.path("tenant").asText()).isEqualTo("default");
        assertThat(story.reserved()).isZero();
    }

    @Test
    void aResultThatComesAgainCountsOnce() throws Exception {
        var story = VolumeStory.open();
        var create = story.creating("disk", MIB);
        var id = volumeOf(create);
        var result = new Result.VolumeCreated(id, file("disk", MIB, 7));
        stage.answer(create, result);
        stage.answer(create, result);
        stage.answer(Stage.attempt(create, 2), result);
        end(create.operation());

        var delete = story.deleting(id);
        stage.answer(Stage.attempt(create, 3), result);
        stage.fail(Stage.attempt(create, 4), ProblemCode.IO_ERROR);
        stage.answer(delete, new Result.VolumeDeleted(id));
        end(delete.operation());
        stage.answer(Stage.attempt(create, 5), result);
        story.created("disk", 8);

        assertThat(state(id)).isEqualTo("deleted");
        assertThat(story.events(id, 2)).hasSize(2);
        assertThat(story.reserved()).isEqualTo(MIB);
    }

    @ParameterizedTest
    @EnumSource(names = {"STORAGE_FULL", "FILE_EXISTS", "STALE", "IO_ERROR"})
    void aCreationThatFailedGivesNameAndRoomBack(ProblemCode code) throws Exception {
        var story = VolumeStory.open();
        var create = story.creating("disk", 90 * MIB);
        var id = volumeOf(create);

        stage.fail(create, code);

        failed(create.operation(), code.code());
        assertThat(state(id)).isEqualTo("error");
        assertThat(story.events(id, 1)).containsExactly("volume.failed.v1");
        assertThat(
                        stage.events(id.toString())
                                .getFirst()
                                .data()
                                .path("problem")
                                .path("code")
                                .asText())
                .isEqualTo(code.code());
        var second = story.created("disk", 90 * MIB, 8);
        assertThat(given().get("/v1/volumes/" + story.pool() + ":disk").jsonPath().getString("id"))
                .isEqualTo(second.toString());
        assertThat(end(accepted(given().delete("/v1/volumes/" + id))).getString("state"))
                .isEqualTo("succeeded");
        assertThat(state(id)).isEqualTo("deleted");
        assertThat(story.reserved()).isEqualTo(90 * MIB);
    }

    @Test
    void deletionWaitsForCreation() {
        var story = VolumeStory.open();
        var create = story.creating("disk", MIB);
        var id = volumeOf(create);
        var delete = accepted(given().delete("/v1/volumes/" + id));
        assertThat(operation(delete).getString("state")).isEqualTo("waiting");

        stage.answer(create, new Result.VolumeCreated(id, file("disk", MIB, 7)));
        stage.answer(stage.take(delete), new Result.VolumeDeleted(id));

        assertThat(end(delete).getString("state")).isEqualTo("succeeded");
    }

    @Test
    void deletionOfWhatWasNotCreatedSucceedsWithoutAWorker() {
        var story = VolumeStory.open();
        var create = story.creating("disk", MIB);
        var delete = accepted(given().delete("/v1/volumes/" + volumeOf(create)));

        stage.fail(create, ProblemCode.IO_ERROR);

        assertThat(end(delete).getString("state")).isEqualTo("succeeded");
        assertThat(stage.commands(delete)).isEmpty();
        assertThat(state(volumeOf(create))).isEqualTo("deleted");
    }

    @Test
    void aFileThatIsNotTheVolumesStays() throws Exception {
        var story = VolumeStory.open();
        var id = story.created("disk", 7);
        var delete = story.deleting(id);

        stage.fail(delete, ProblemCode.VOLUME_DRIFTED);

        failed(delete.operation(), "volume-drifted");
        assertThat(state(id)).isEqualTo("available");
        assertThat(conditions(id)).containsExactly("drifted");
        assertThat(story.events(id, 2)).endsWith("volume.drifted.v1");
        assertThat(story.reserved()).isEqualTo(MIB);
    }

    @Test
    void deletedTwiceAtOnceIsDeletedOnce() {
        var story = VolumeStory.open();
        var id = story.created("disk", 7);
        var first = story.deleting(id);
        var second = accepted(given().delete("/v1/volumes/" + id));
        assertThat(operation(second).getString("state")).isEqualTo("waiting");

        stage.answer(first, new Result.VolumeDeleted(id));

        failed(second, "volume-state");
        assertThat(stage.commands(second)).isEmpty();
        assertThat(story.reserved()).isZero();
    }

    @ParameterizedTest
    @EnumSource(names = {"POOL_INACCESSIBLE", "POOL_FOREIGN"})
    void aFolderThatIsNotOursIsToldOfInTheEpochOfTheCommand(ProblemCode code) {
        var story = VolumeStory.open();
        var create = story.creating("disk", MIB);
        var other = VolumeStory.open();
        story.scanned(story.opened(2, 100 * MIB), List.of());

        stage.fail(create, code);
        failed(create.operation(), code.code());

        var told = stage.heard(PoolUnreachable.class, said -> said.poolId().equals(story.poolId()));
        assertThat(told.epoch()).isEqualTo(1);
        assertThat(told.problem().code()).isEqualTo(code);
        assertThat(
                        stage.allHeard(
                                PoolUnreachable.class,
                                said -> said.poolId().equals(other.poolId())))
                .isEmpty();
    }

    @Test
    void listsAreFilteredAndPaged() {
        var story = VolumeStory.open();
        story.refreshed(file("a", MIB, 1), file("b", MIB, 2), file("c", MIB, 3), file("d", MIB, 4));
        story.deleted(UUID.fromString(list(story, "&name=d").getFirst()));
        var create = story.creating("e", MIB);

        assertThat(list(story, "")).hasSize(4);
        assertThat(list(story, "&state=creating")).containsExactly(volumeOf(create).toString());
        assertThat(list(story, "&state=deleted")).hasSize(1);
        assertThat(list(story, "&format=raw")).isEmpty();
        assertThat(list(story, "&format=qcow2&name=b")).hasSize(1);
        assertThat(given().get("/v1/volumes?pool=" + story.poolId()).jsonPath().getList("items"))
                .hasSize(4);
        assertThat(given().get("/v1/volumes?pool=nowhere").jsonPath().getList("items")).isEmpty();
        var first = given().get("/v1/volumes?limit=3&pool=" + story.pool()).jsonPath();
        assertThat(first.getList("items.name")).containsExactly("a", "b", "c");
        var rest =
                given().get(
                                "/v1/volumes?limit=3&pool=%s&cursor=%s"
                                        .formatted(story.pool(), first.getString("next")))
                        .jsonPath();
        assertThat(rest.getList("items.name")).containsExactly("e");
        assertThat(rest.getString("next")).isNull();
        stage.fail(create, ProblemCode.IO_ERROR);
        end(create.operation());
    }

    private static List<String> list(VolumeStory story, String filter) {
        return given().get("/v1/volumes?pool=" + story.pool() + filter)
                .jsonPath()
                .getList("items.id");
    }

    @Test
    void operationsOfAVolumeAreListed() {
        var story = VolumeStory.open();
        var id = story.created("disk", 7);
        story.deleted(id);

        assertThat(
                        given().get("/v1/volumes/%s/operations".formatted(id))
                                .jsonPath()
                                .getList("items.kind"))
                .containsExactly("CreateVolume", "DeleteVolume");
        given().get("/v1/volumes/nowhere/operations").then().statusCode(404);
    }
}
