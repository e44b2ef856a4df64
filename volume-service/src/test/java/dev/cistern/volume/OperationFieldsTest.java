package dev.cistern.volume;

import static dev.cistern.volume.VolumeStory.accepted;
import static dev.cistern.volume.VolumeStory.cancel;
import static dev.cistern.volume.VolumeStory.end;
import static dev.cistern.volume.VolumeStory.operation;
import static dev.cistern.volume.VolumeStory.volumeOf;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Result;
import dev.cistern.partner.Await;
import dev.cistern.partner.Rows;
import dev.cistern.partner.Servers;
import dev.cistern.partner.Stage;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What an operation says about itself beyond its state. */
@QuarkusTest
@QuarkusTestResource(Servers.class)
final class OperationFieldsTest {
    private final Stage stage = Stage.shared();
    private final VolumeStory story = VolumeStory.open();

    @AfterAll
    static void allIsWell() {
        Aftermath.check();
    }

    @Test
    void whatWaitsNamesWhatIsBeforeIt() throws Exception {
        var create = story.creating("disk", 512);
        var volume = volumeOf(create);
        var delete = accepted(given().delete("/v1/volumes/" + volume));
        var second = accepted(given().delete("/v1/volumes/" + volume));

        var waiting = operation(second);
        assertThat(waiting.getString("state")).isEqualTo("waiting");
        assertThat(waiting.getString("waitsFor.id")).isEqualTo(create.operation().toString());
        assertThat(waiting.getString("waitsFor.kind")).isEqualTo("CreateVolume");
        assertThat(operation(create.operation()).getString("waitsFor")).isNull();
        var listed = given().get("/v1/volumes/" + volume + "/operations").jsonPath();
        assertThat(listed.getString("items[1].waitsFor.id"))
                .isEqualTo(create.operation().toString());

        stage.answer(create, new Result.VolumeCreated(volume, VolumeStory.file("disk", 512, 7)));
        Await.until(
                "the creation is out of its way",
                () -> operation(second).getString("waitsFor.id"),
                delete.toString()::equals);
        stage.answer(stage.take(delete), new Result.VolumeDeleted(volume));

        var failed = end(second);
        assertThat(failed.getString("problem.code")).isEqualTo("volume-state");
        assertThat(failed.getString("problem.operation")).isEqualTo(delete.toString());
        assertThat(failed.getString("waitsFor")).isNull();
    }

    @Test
    void whatRunsMayBeCancelledAndWhatHasEndedMayNot() {
        var create = story.creating("disk", 512);
        assertThat(operation(create.operation()).getBoolean("mayCancel")).isTrue();

        cancel(create.operation());
        assertThat(operation(create.operation()).getBoolean("mayCancel")).isFalse();
        stage.answer(
                story.settling(create.operation()), new Result.Settled(create.operation(), null));
        assertThat(end(create.operation()).getBoolean("mayCancel")).isFalse();
    }

    @Test
    void whatRunsTellsItsRateAndWhatIsLeft() {
        var create = story.creating("disk", 512);
        Rows.change(
                "update volume.operation set state = 'RUNNING', bytes_done = 100, bytes_total = 1000,"
                        + " bytes_per_second = 200 where id = ?",
                create.operation());

        var running = operation(create.operation());
        assertThat(running.getLong("progress.bytesPerSecond")).isEqualTo(200);
        assertThat(running.getLong("progress.secondsLeft")).isEqualTo(5);

        stage.answer(
                create,
                new Result.VolumeCreated(volumeOf(create), VolumeStory.file("disk", 512, 7)));
        assertThat(end(create.operation()).getString("progress.secondsLeft")).isNull();
    }

    @Test
    void theLimitOfARequestGoesWithItsCommand() {
        var id =
                accepted(
                        given().contentType("application/json")
                                .body(Map.of("pool", story.pool(), "name", "disk", "capacity", 512))
                                .post("/v1/volumes?maxBytesPerSecond=1000000"));
        var command = stage.take(id);
        assertThat(command.maxBytesPerSecond()).isEqualTo(1_000_000);

        given().post("/v1/volumes/-/operations/" + id + "/cancel?maxBytesPerSecond=1")
                .then()
                .statusCode(422);
        stage.answer(
                command,
                new Result.VolumeCreated(volumeOf(command), VolumeStory.file("disk", 512, 7)));
        end(id);
    }
}
