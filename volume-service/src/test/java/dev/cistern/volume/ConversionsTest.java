package dev.cistern.volume;

import static dev.cistern.volume.VolumeStory.MIB;
import static dev.cistern.volume.VolumeStory.accepted;
import static dev.cistern.volume.VolumeStory.end;
import static dev.cistern.volume.VolumeStory.failed;
import static dev.cistern.volume.VolumeStory.file;
import static dev.cistern.volume.VolumeStory.volumeOf;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.cistern.common.message.CloneStrategy;
import dev.cistern.common.message.Command;
import dev.cistern.common.message.CommandMessage;
import dev.cistern.common.message.FileFacts;
import dev.cistern.common.message.Lane;
import dev.cistern.common.message.Permissions;
import dev.cistern.common.message.Result;
import dev.cistern.common.message.SnapshotFacts;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.partner.Rows;
import dev.cistern.partner.Servers;
import dev.cistern.partner.Stage;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(Servers.class)
final class ConversionsTest {
    private final Stage stage = Stage.shared();

    @AfterAll
    static void allIsWell() {
        Aftermath.check();
    }

    private static Response post(UUID volume, Map<String, ?> body) {
        return given().contentType("application/json")
                .body(body)
                .post("/v1/volumes/" + volume + "/convert");
    }

    private static FileFacts raw(String name, long inode) {
        return new FileFacts(
                name,
                "raw",
                MIB,
                MIB,
                null,
                null,
                inode,
                MIB,
                Instant.EPOCH,
                new Permissions(0, 0, 0600),
                null);
    }

    @Test
    void aConvertedVolumeIsTheSameVolume() throws Exception {
        var story = VolumeStory.open();
        var disk = story.created("disk", 7);
        var operation = accepted(post(disk, Map.of("format", "raw", "preallocation", "falloc")));

        var message = stage.take(operation);
        var command = (Command.ConvertVolume) message.command();
        assertThat(command.image().format()).isEqualTo("qcow2");
        assertThat(command.format()).isEqualTo("raw");
        assertThat(command.options().preallocation()).isEqualTo("falloc");
        assertThat(Rows.text("select lane from volume.operation where id = ?", operation))
                .isEqualTo(Lane.BULK.name());
        var result = new Result.VolumeChanged(disk, raw("disk", 8));
        stage.answer(message, result);
        stage.answer(Stage.attempt(message, 2), result);

        assertThat(end(operation).getString("result.format")).isEqualTo("raw");
        assertThat(VolumeStory.volume(disk).getString("format")).isEqualTo("raw");
        assertThat(story.events(disk, 2)).endsWith("volume.converted.v1");
        assertThat(story.reserved()).isEqualTo(MIB);
        story.refreshed(raw("disk", 8));
        assertThat(VolumeStory.conditions(disk)).isEmpty();
    }

    @Test
    void itsXmlIsThatOfWhatItHasBecome() {
        var story = VolumeStory.open();
        var create =
                stage.take(
                        accepted(
                                given().contentType("application/xml")
                                        .body(
                                                """
                                                <volume><name>disk</name><capacity unit='MiB'>1</capacity>
                                                  <target><format type='qcow2'/><compat>1.1</compat>
                                                    <features><lazy_refcounts/></features><mine>x</mine></target>
                                                </volume>
                                                """)
                                        .post("/v1/volumes?pool=" + story.pool())));
        var disk = volumeOf(create);
        stage.answer(create, new Result.VolumeCreated(disk, file("disk", MIB, 7)));
        end(create.operation());
        var convert = stage.take(accepted(post(disk, Map.of("format", "raw"))));
        stage.answer(convert, new Result.VolumeChanged(disk, raw("disk", 8)));
        end(convert.operation());

        assertThat(given().accept("application/xml").get("/v1/volumes/" + disk).asString())
                .contains("<format type=\"raw\"/>", "<mine>x</mine>")
                .doesNotContain("compat", "lazy_refcounts");
    }

    @Test
    void aVolumeThatIsNotConvertedIsAsBefore() {
        var story = VolumeStory.open();
        var disk = story.created("disk", 7);
        var operation = accepted(post(disk, Map.of("format", "raw")));

        stage.fail(stage.take(operation), ProblemCode.STORAGE_FULL);

        failed(operation, "storage-full");
        assertThat(VolumeStory.volume(disk).getString("format")).isEqualTo("qcow2");
        assertThat(VolumeStory.state(disk)).isEqualTo("available");
    }

    @Test
    void aVolumeThatOthersBuildOnIsNotConverted() {
        var story = VolumeStory.open();
        var base = story.created("base", 7);
        var clone =
                stage.take(
                        accepted(
                                given().contentType("application/json")
                                        .body(Map.of("name", "top", "strategy", "linked"))
                                        .post("/v1/volumes/" + base + "/clone")));
        stage.answer(
                clone,
                new Result.VolumeCloned(
                        volumeOf(clone), file("top", MIB, 8, "base"), CloneStrategy.LINKED));
        end(clone.operation());

        post(base, Map.of("format", "raw"))
                .then()
                .statusCode(409)
                .body("code", equalTo("volume-has-children"));
        var top = stage.take(accepted(post(volumeOf(clone), Map.of("clusterSize", 4096))));
        assertThat(((Command.ConvertVolume) top.command()).format()).isEqualTo("qcow2");
        stage.fail(top, ProblemCode.VOLUME_IN_USE);
        failed(top.operation(), "volume-in-use");
    }

    private static FileFacts withSnapshot(CommandMessage message) {
        var snapshot = ((Command.CreateSnapshot) message.command()).snapshot();
        var bare = file("disk", MIB, 7);
        return new FileFacts(
                bare.name(),
                bare.format(),
                bare.capacity(),
                bare.allocation(),
                null,
                null,
                bare.inode(),
                bare.size(),
                bare.modified(),
                bare.permissions(),
                null,
                List.of(new SnapshotFacts("1", snapshot.name(), snapshot.taken(), MIB, 0)),
                null,
                null);
    }

    @Test
    void aVolumeKeepsItsSnapshots() {
        var story = VolumeStory.open();
        var disk = story.created("disk", 7);
        var snapshot =
                accepted(
                        given().contentType("application/json")
                                .body(Map.of("name", "before"))
                                .post("/v1/volumes/" + disk + "/snapshots"));
        var convert = accepted(post(disk, Map.of("format", "raw")));
        var message = stage.take(snapshot);
        stage.answer(message, new Result.VolumeChanged(disk, withSnapshot(message)));

        failed(convert, "volume-state");
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        var story = VolumeStory.open();
        var disk = story.created("disk", 7);
        refused(disk, Map.of("format", "vhd"), 422, "unsupported");
        refused(disk, Map.of("format", "raw", "clusterSize", 4096), 422, "invalid-request");
        refused(disk, Map.of("clusterSize", 1000), 422, "invalid-request");
        refused(UUID.randomUUID(), Map.of("format", "raw"), 404, "volume-not-found");
    }

    private static void refused(UUID volume, Map<String, ?> body, int status, String code) {
        post(volume, body).then().statusCode(status).body("code", equalTo(code));
    }
}
