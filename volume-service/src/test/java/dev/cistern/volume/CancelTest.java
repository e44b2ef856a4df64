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
import static dev.cistern.volume.VolumeStory.volume;
import static dev.cistern.volume.VolumeStory.volumeOf;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.partner.Await;
import dev.cistern.partner.Servers;
import dev.cistern.partner.Stage;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Creations and deletions that are called off, in time or too late. */
@QuarkusTest
@QuarkusTestResource(Servers.class)
final class CancelTest {
    private final Stage stage = Stage.shared();

    @AfterAll
    static void allIsWell() {
        Aftermath.check();
    }

    @Test
    void aSecondDeletionThatIsCancelledLeavesTheFirstAlone() {
        var story = VolumeStory.open();
        var id = story.created("disk", 7);
        var first = story.deleting(id);
        var second = accepted(given().delete("/v1/volumes/" + id));

        cancel(second).then().body("state", equalTo("cancelled"));

        assertThat(state(id)).isEqualTo("deleting");
        stage.answer(first, new Result.VolumeDeleted(id));
        end(first.operation());
        assertThat(state(id)).isEqualTo("deleted");
    }

    @Test
    void whatNoWorkerHasIsCancelledAtOnce() {
        var story = VolumeStory.open(100 * MIB, Stage.ASLEEP);
        var asked = story.asked("disk", MIB);
        assertThat(operation(asked).getString("state")).isEqualTo("queued");

        cancel(asked).then().statusCode(200).body("state", equalTo("cancelled"));

        assertThat(state(UUID.fromString(operation(asked).getString("target.id"))))
                .isEqualTo("deleted");
        assertThat(story.reserved()).isZero();
        assertThat(stage.commands(asked)).isEmpty();
        cancel(asked).then().statusCode(409).body("code", equalTo("operation-ended"));
    }

    @Test
    void aCancelWaitsForAWorkerToSettle() throws Exception {
        var story = VolumeStory.open();
        var create = story.creating("disk", MIB);
        var id = volumeOf(create);
        cancel(create.operation()).then().body("state", equalTo("cancelling"));
        stage.awaitCancel(create.operation());
        var settle = story.settling(create.operation());
        assertThat(conditions(id)).contains("unsettled");
        assertThat(story.post(Map.of("name", "disk")).statusCode()).isEqualTo(409);
        var delete = accepted(given().delete("/v1/volumes/" + id));

        stage.fail(create, ProblemCode.CANCELLED);
        stage.answer(settle, new Result.Settled(create.operation(), null));

        assertThat(end(create.operation()).getString("state")).isEqualTo("cancelled");
        failed(delete, "volume-state");
        assertThat(state(id)).isEqualTo("deleted");
        assertThat(story.events(id, 1)).containsExactly("volume.failed.v1");
        assertThat(story.reserved()).isZero();
    }

    @Test
    void whatWasDoneBeforeItWasCancelledStands() throws Exception {
        var story = VolumeStory.open();
        var create = story.creating("disk", MIB);
        var id = volumeOf(create);
        cancel(create.operation());
        var outcome = new Result.VolumeCreated(id, file("disk", MIB, 7));

        stage.answer(
                story.settling(create.operation()),
                new Result.Settled(create.operation(), outcome));

        assertThat(end(create.operation()).getString("state")).isEqualTo("succeeded");
        assertThat(state(id)).isEqualTo("available");
        assertThat(story.events(id, 1)).containsExactly("volume.created.v1");
        story.deleted(id);
    }

    @Test
    void aDeletionThatIsCancelledInTimeLeavesTheVolume() {
        var story = VolumeStory.open();
        var id = story.created("disk", 7);
        var delete = story.deleting(id);
        cancel(delete.operation());

        stage.answer(
                story.settling(delete.operation()), new Result.Settled(delete.operation(), null));

        assertThat(end(delete.operation()).getString("state")).isEqualTo("cancelled");
        assertThat(state(id)).isEqualTo("available");
        assertThat(volume(id).getLong("generation")).isEqualTo(2);
        story.deleted(id);
    }

    @Test
    void aDeletionThatIsCancelledTooLateIsDone() {
        var story = VolumeStory.open();
        var id = story.created("disk", 7);
        var delete = story.deleting(id);
        cancel(delete.operation());

        stage.answer(
                story.settling(delete.operation()),
                new Result.Settled(delete.operation(), new Result.VolumeDeleted(id)));

        assertThat(end(delete.operation()).getString("state")).isEqualTo("succeeded");
        assertThat(state(id)).isEqualTo("deleted");
        assertThat(story.reserved()).isZero();
    }

    @Test
    void aFileThatAppearsAfterTheEndOfItsCreationIsSettled() throws Exception {
        var story = VolumeStory.open();
        var create = story.creating("disk", MIB);
        var id = volumeOf(create);
        stage.fail(create, ProblemCode.IO_ERROR);
        failed(create.operation(), "io-error");
        var outcome = new Result.VolumeCreated(id, file("disk", MIB, 7));

        stage.answer(Stage.attempt(create, 2), outcome);
        stage.answer(
                story.settling(create.operation()),
                new Result.Settled(create.operation(), outcome));

        Await.until("the volume is back", () -> state(id), "available"::equals);
        failed(create.operation(), "io-error");
        assertThat(story.events(id, 2)).containsExactly("volume.failed.v1", "volume.created.v1");
        assertThat(story.reserved()).isEqualTo(MIB);
    }
}
