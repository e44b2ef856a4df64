package dev.cistern.volume;

import static dev.cistern.volume.VolumeStory.MIB;
import static dev.cistern.volume.VolumeStory.accepted;
import static dev.cistern.volume.VolumeStory.conditions;
import static dev.cistern.volume.VolumeStory.end;
import static dev.cistern.volume.VolumeStory.failed;
import static dev.cistern.volume.VolumeStory.file;
import static dev.cistern.volume.VolumeStory.operation;
import static dev.cistern.volume.VolumeStory.volume;
import static dev.cistern.volume.VolumeStory.volumeOf;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.CommandMessage;
import dev.cistern.common.message.ImageRef;
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
import org.junit.jupiter.params.provider.CsvSource;

/** Another capacity for a volume, and with it what all changes in place have in common. */
@QuarkusTest
@QuarkusTestResource(Servers.class)
final class ResizeTest {
    private final Stage stage = Stage.shared();

    @AfterAll
    static void allIsWell() {
        Aftermath.check();
    }

    private static Response resize(UUID volume, Map<String, ?> body) {
        return given().contentType("application/json")
                .body(body)
                .post("/v1/volumes/" + volume + "/resize");
    }

    private static UUID resized(UUID volume, long capacity) {
        return accepted(resize(volume, Map.of("capacity", capacity)));
    }

    private CommandMessage resizing(UUID volume, long capacity) {
        return stage.take(resized(volume, capacity));
    }

    private void answer(CommandMessage command, long capacity) {
        var result = new Result.VolumeChanged(volumeOf(command), file("disk", capacity, 7));
        stage.answer(command, result);
    }

    @Test
    void aVolumeGrows() throws Exception {
        var story = VolumeStory.open();
        var id = story.created("disk", 7);

        var resizing = resizing(id, 3 * MIB);

        assertThat(resizing.command())
                .isEqualTo(
                        new Command.ResizeVolume(
                                resizing.command().pool(),
                                id,
                                2,
                                new ImageRef("disk", "qcow2", 7L),
                                3 * MIB,
                                false,
                                false));
        assertThat(story.reserved()).isEqualTo(3 * MIB);
        assertThat(volume(id).getString("state")).isEqualTo("available");
        answer(resizing, 3 * MIB);
        answer(Stage.attempt(resizing, 2), 3 * MIB);

        assertThat(end(resizing.operation()).getLong("result.capacity")).isEqualTo(3 * MIB);
        assertThat(volume(id).getLong("capacity")).isEqualTo(3 * MIB);
        assertThat(story.reserved()).isEqualTo(3 * MIB);
        assertThat(story.events(id, 2)).containsExactly("volume.created.v1", "volume.resized.v1");
        story.deleted(id);
        assertThat(story.reserved()).isZero();
    }

    @Test
    void whatIsAskedBeforeTheVolumeIsThereGoesOneAfterTheOther() {
        var story = VolumeStory.open();
        var create = story.creating("disk", MIB);
        var id = volumeOf(create);
        var grow = resized(id, 4 * MIB);
        var add = accepted(resize(id, Map.of("capacity", MIB, "delta", true)));
        var delete = accepted(given().delete("/v1/volumes/" + id));
        assertThat(story.reserved()).isEqualTo(5 * MIB);

        stage.answer(create, new Result.VolumeCreated(id, file("disk", MIB, 7)));
        answer(stage.take(grow), 4 * MIB);
        var adding = stage.take(add);
        assertThat(((Command.ResizeVolume) adding.command()).capacity()).isEqualTo(5 * MIB);
        answer(adding, 5 * MIB);
        stage.answer(stage.take(delete), new Result.VolumeDeleted(id));

        assertThat(end(delete).getString("state")).isEqualTo("succeeded");
        assertThat(end(grow).getString("state")).isEqualTo("succeeded");
        assertThat(story.reserved()).isZero();
    }

    @Test
    void whatBuildsOnAFailedCreationFailsWithItsName() {
        var story = VolumeStory.open();
        var create = story.creating("disk", MIB);
        var id = volumeOf(create);
        var grow = resized(id, 4 * MIB);

        stage.fail(create, ProblemCode.STORAGE_FULL);

        failed(grow, "dependency-failed");
        assertThat(operation(grow).getString("problem.dependsOn"))
                .isEqualTo(create.operation().toString());
        assertThat(story.reserved()).isZero();
        resize(id, Map.of("capacity", 4 * MIB))
                .then()
                .statusCode(409)
                .body("code", equalTo("volume-state"));
    }

    @ParameterizedTest
    @CsvSource({
        "STORAGE_FULL, ''",
        "VOLUME_IN_USE, ''",
        "VOLUME_MISSING, missing",
        "VOLUME_DRIFTED, drifted"
    })
    void whatFailsLeavesTheVolumeAsItWas(ProblemCode code, String condition) throws Exception {
        var story = VolumeStory.open();
        var id = story.created("disk", 7);
        var resizing = resizing(id, 90 * MIB);

        stage.fail(resizing, code);

        failed(resizing.operation(), code.code());
        assertThat(volume(id).getString("state")).isEqualTo("available");
        assertThat(volume(id).getLong("capacity")).isEqualTo(MIB);
        assertThat(story.reserved()).isEqualTo(MIB);
        if (condition.isEmpty()) {
            assertThat(conditions(id)).isEmpty();
        } else {
            assertThat(conditions(id)).containsExactly(condition);
            assertThat(story.events(id, 2)).endsWith("volume." + condition + ".v1");
            resize(id, Map.of("capacity", 2 * MIB))
                    .then()
                    .statusCode(409)
                    .body("code", equalTo(code.code()));
        }
    }

    @Test
    void whatIsCancelledTooLateStands() {
        var story = VolumeStory.open();
        var id = story.created("disk", 7);
        var resizing = resizing(id, 3 * MIB);
        VolumeStory.cancel(resizing.operation());
        var outcome = new Result.VolumeChanged(id, file("disk", 3 * MIB, 7));

        stage.answer(
                story.settling(resizing.operation()),
                new Result.Settled(resizing.operation(), outcome));

        assertThat(end(resizing.operation()).getString("state")).isEqualTo("succeeded");
        assertThat(story.reserved()).isEqualTo(3 * MIB);
    }

    @Test
    void whatIsCancelledInTimeGivesItsRoomBack() {
        var story = VolumeStory.open();
        var id = story.created("disk", 7);
        var resizing = resizing(id, 3 * MIB);
        VolumeStory.cancel(resizing.operation());

        stage.answer(
                story.settling(resizing.operation()),
                new Result.Settled(resizing.operation(), null));

        assertThat(end(resizing.operation()).getString("state")).isEqualTo("cancelled");
        assertThat(volume(id).getLong("capacity")).isEqualTo(MIB);
        assertThat(story.reserved()).isEqualTo(MIB);
    }

    @Test
    void aVolumeShrinksWhenThatIsMeant() {
        var story = VolumeStory.open();
        var id = story.created("disk", 10 * MIB, 7);
        resize(id, Map.of("capacity", MIB)).then().statusCode(422);

        var resizing =
                stage.take(
                        accepted(
                                resize(
                                        id,
                                        Map.of(
                                                "capacity",
                                                4 * MIB,
                                                "delta",
                                                true,
                                                "shrink",
                                                true))));

        assertThat(((Command.ResizeVolume) resizing.command()).capacity()).isEqualTo(6 * MIB);
        answer(resizing, 6 * MIB);
        end(resizing.operation());
        assertThat(story.reserved()).isEqualTo(6 * MIB);
    }

    @Test
    void whatMakesNoSenseIsRefusedAndChangesNothing() {
        var story = VolumeStory.open();
        var id = story.created("disk", 7);

        resize(id, Map.of("capacity", 101 * MIB))
                .then()
                .statusCode(507)
                .body("code", equalTo("pool-full"));
        resize(id, Map.of("capacity", 0)).then().statusCode(422);
        resize(id, Map.of("capacity", -1, "delta", true)).then().statusCode(422);
        resize(id, Map.of("capacity", Long.MAX_VALUE)).then().statusCode(422);
        resize(id, Map.of("shrink", true))
                .then()
                .statusCode(422)
                .body("detail", containsString("'capacity'"));
        resize(id, Map.of("capacity", 1, "shrink", true, "allocate", true)).then().statusCode(422);
        resize(id, Map.of("capacity", 2 * MIB, "allocate", true))
                .then()
                .statusCode(422)
                .body("code", equalTo("unsupported"));
        resize(UUID.randomUUID(), Map.of("capacity", MIB)).then().statusCode(404);

        assertThat(volume(id).getLong("generation")).isEqualTo(1);
        assertThat(conditions(id)).isEmpty();
        assertThat(story.reserved()).isEqualTo(MIB);
    }

    @Test
    void whatOthersBuildOnMayGrowButNotShrink() throws Exception {
        var story = VolumeStory.open();
        var base = story.created("base", 2 * MIB, 7);
        story.refreshed(file("base", 2 * MIB, 7), file("child", 2 * MIB, 8, "base"));

        resize(base, Map.of("capacity", MIB, "shrink", true))
                .then()
                .statusCode(409)
                .body("code", equalTo("volume-has-children"))
                .body("children", contains("child"));
        assertThat(volume(base).getLong("generation")).isEqualTo(1);

        var grow = resizing(base, 4 * MIB);
        stage.answer(grow, new Result.VolumeChanged(base, file("base", 4 * MIB, 7)));
        assertThat(end(grow.operation()).getString("state")).isEqualTo("succeeded");
    }
}
