package dev.cistern.volume;

import static dev.cistern.volume.VolumeStory.MIB;
import static dev.cistern.volume.VolumeStory.accepted;
import static dev.cistern.volume.VolumeStory.end;
import static dev.cistern.volume.VolumeStory.failed;
import static dev.cistern.volume.VolumeStory.file;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.common.message.WipeAlgorithm;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.partner.Servers;
import dev.cistern.partner.Stage;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What is done to a volume that has to do with no other: compacted, wiped, moved. */
@QuarkusTest
@QuarkusTestResource(Servers.class)
final class SingleVolumeTest {
    private final Stage stage = Stage.shared();

    @AfterAll
    static void allIsWell() {
        Aftermath.check();
    }

    @Test
    void aCompactVolumeIsAsLargeAsBefore() throws Exception {
        var story = VolumeStory.open();
        var id = story.created("disk", 7);
        var compact = stage.take(accepted(given().post("/v1/volumes/" + id + "/compact")));
        stage.answer(compact, new Result.VolumeChanged(id, file("disk", MIB, 7)));

        assertThat(end(compact.operation()).getString("state")).isEqualTo("succeeded");
        assertThat(story.events(id, 2)).contains("volume.compacted.v1");
        assertThat(story.reserved()).isEqualTo(MIB);
    }

    @Test
    void aVolumeIsWipedAsAskedFor() throws Exception {
        var story = VolumeStory.open();
        var id = story.created("disk", 7);
        var asked =
                accepted(
                        given().contentType("application/json")
                                .body(Map.of("algorithm", "dod"))
                                .post("/v1/volumes/" + id + "/wipe"));
        var wipe = stage.take(asked);
        assertThat(((Command.WipeVolume) wipe.command()).algorithm()).isEqualTo(WipeAlgorithm.DOD);
        stage.answer(wipe, new Result.VolumeChanged(id, file("disk", MIB, 7)));

        assertThat(end(asked).getString("result.algorithm")).isEqualTo("dod");
        assertThat(story.events(id, 2)).contains("volume.wiped.v1");
        given().contentType("application/json")
                .body(Map.of("algorithm", "rinse"))
                .post("/v1/volumes/" + id + "/wipe")
                .then()
                .statusCode(422);
    }

    @Test
    void aMovedVolumeIsInTheOtherPool() throws Exception {
        var from = VolumeStory.open();
        var to = VolumeStory.open();
        var id = from.created("disk", 7);

        var asked =
                accepted(
                        given().contentType("application/json")
                                .body(Map.of("pool", to.pool()))
                                .post("/v1/volumes/" + id + "/move"));
        assertThat(to.reserved()).isEqualTo(MIB);
        to.post(Map.of("name", "disk")).then().statusCode(409).body("code", equalTo("name-taken"));
        var move = stage.take(asked);
        var command = (Command.MoveVolume) move.command();
        assertThat(command.pool().poolId()).isEqualTo(to.poolId());
        assertThat(command.from().poolId()).isEqualTo(from.poolId());
        stage.answer(move, new Result.VolumeMoved(id, file("disk", MIB, 9)));

        assertThat(end(asked).getString("result.path")).isEqualTo("/pools/" + to.pool() + "/disk");
        assertThat(VolumeStory.volume(id).getString("pool")).isEqualTo(to.pool());
        assertThat(from.reserved()).isZero();
        assertThat(to.reserved()).isEqualTo(MIB);
        assertThat(from.events(id, 2)).contains("volume.moved.v1");
        from.created("disk", 10);
    }

    @Test
    void aVolumeThatWasNotMovedStaysWhereItIs() {
        var from = VolumeStory.open();
        var to = VolumeStory.open();
        var id = from.created("disk", 7);
        var asked =
                accepted(
                        given().contentType("application/json")
                                .body(Map.of("pool", to.pool()))
                                .post("/v1/volumes/" + id + "/move"));

        stage.fail(stage.take(asked), ProblemCode.STORAGE_FULL);

        failed(asked, "storage-full");
        assertThat(VolumeStory.volume(id).getString("pool")).isEqualTo(from.pool());
        assertThat(to.reserved()).isZero();
        to.created("disk", 11);
    }
}
