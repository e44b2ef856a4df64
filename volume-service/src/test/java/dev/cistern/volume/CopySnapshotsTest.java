package dev.cistern.volume;

import static dev.cistern.volume.VolumeStory.MIB;
import static dev.cistern.volume.VolumeStory.accepted;
import static dev.cistern.volume.VolumeStory.end;
import static dev.cistern.volume.VolumeStory.failed;
import static dev.cistern.volume.VolumeStory.volumeOf;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.CommandMessage;
import dev.cistern.common.message.FileFacts;
import dev.cistern.common.message.Lane;
import dev.cistern.common.message.Permissions;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.partner.Rows;
import dev.cistern.partner.Servers;
import dev.cistern.partner.Stage;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Snapshots of volumes whose images have none inside: copies. */
@QuarkusTest
@QuarkusTestResource(Servers.class)
final class CopySnapshotsTest {
    private final Stage stage = Stage.shared();

    @AfterAll
    static void allIsWell() {
        Aftermath.check();
    }

    private static FileFacts raw(long capacity, long inode) {
        return new FileFacts(
                "disk",
                "raw",
                capacity,
                capacity,
                null,
                null,
                inode,
                capacity,
                Instant.EPOCH,
                new Permissions(0, 0, 0600),
                null);
    }

    private UUID disk(VolumeStory story) {
        var message = stage.take(accepted(story.post(Map.of("format", "raw"))));
        stage.answer(message, new Result.VolumeCreated(volumeOf(message), raw(MIB, 7)));
        end(message.operation());
        return volumeOf(message);
    }

    private static String path(UUID volume) {
        return "/v1/volumes/" + volume + "/snapshots";
    }

    private static UUID asked(UUID volume, String name) {
        return accepted(
                given().contentType("application/json")
                        .body(Map.of("name", name))
                        .post(path(volume)));
    }

    private void done(CommandMessage message, FileFacts file) {
        stage.answer(message, new Result.VolumeChanged(volumeOf(message), file));
        assertThat(end(message.operation()).getString("state")).isEqualTo("succeeded");
    }

    private static String lane(UUID operation) {
        return Rows.text("select lane from volume.operation where id = ?", operation);
    }

    @Test
    void aRawVolumeIsKeptBroughtBackAndLetGo() {
        var story = VolumeStory.open();
        var disk = disk(story);

        var keep = stage.take(asked(disk, "before"));
        assertThat(keep.command()).isInstanceOf(Command.KeepCopy.class);
        assertThat(lane(keep.operation())).isEqualTo(Lane.BULK.name());
        done(keep, raw(MIB, 7));
        story.refreshed(raw(MIB, 7));
        var shown = given().get(path(disk) + "/before").jsonPath();
        assertThat(shown.getString("kind")).isEqualTo("copy");
        assertThat(shown.getString("state")).isEqualTo("available");
        assertThat(shown.getLong("capacity")).isEqualTo(MIB);

        var back = stage.take(accepted(given().post(path(disk) + "/before/revert")));
        assertThat(back.command()).isInstanceOf(Command.ReturnToCopy.class);
        done(back, raw(MIB, 8));
        story.refreshed(raw(MIB, 8));
        assertThat(VolumeStory.conditions(disk)).isEmpty();

        var drop = stage.take(accepted(given().delete(path(disk) + "/before")));
        assertThat(drop.command()).isInstanceOf(Command.DropCopy.class);
        assertThat(lane(drop.operation())).isEqualTo(Lane.METADATA.name());
        done(drop, raw(MIB, 8));
        assertThat(given().get(path(disk)).jsonPath().getList("items")).isEmpty();
        assertThat(story.reserved()).isEqualTo(MIB);
    }

    @Test
    void aCopyThatIsNotTakenIsNoSnapshot() {
        var disk = disk(VolumeStory.open());
        var keep = stage.take(asked(disk, "before"));

        stage.fail(keep, ProblemCode.STORAGE_FULL);

        failed(keep.operation(), "storage-full");
        assertThat(given().get(path(disk)).jsonPath().getList("items")).isEmpty();
    }

    @Test
    void aVolumeWithCopiesStaysInItsPoolAndFormat() {
        var story = VolumeStory.open();
        var disk = disk(story);
        done(stage.take(asked(disk, "before")), raw(MIB, 7));

        refused(disk, "move", Map.of("pool", VolumeStory.open().pool()));
        refused(disk, "convert", Map.of("format", "qcow2"));
    }

    private static void refused(UUID volume, String verb, Map<String, ?> body) {
        given().contentType("application/json")
                .body(body)
                .post("/v1/volumes/" + volume + "/" + verb)
                .then()
                .statusCode(409)
                .body("code", equalTo("volume-state"));
    }
}
