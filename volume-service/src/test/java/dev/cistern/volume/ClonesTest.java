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
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Clones of another format, shape or time than their source. */
@QuarkusTest
@QuarkusTestResource(Servers.class)
final class ClonesTest {
    private final Stage stage = Stage.shared();

    @AfterAll
    static void allIsWell() {
        Aftermath.check();
    }

    private static UUID asked(UUID source, String name, Map<String, ?> more) {
        var body = new HashMap<String, Object>(more);
        body.put("name", name);
        return accepted(
                given().contentType("application/json")
                        .body(body)
                        .post("/v1/volumes/" + source + "/clone"));
    }

    private static Command.CloneVolume command(CommandMessage message) {
        return (Command.CloneVolume) message.command();
    }

    private static String lane(UUID operation) {
        return Rows.text("select lane from volume.operation where id = ?", operation);
    }

    private static FileFacts as(String format, String name, long capacity, long inode) {
        return new FileFacts(
                name,
                format,
                capacity,
                196_608,
                null,
                null,
                inode,
                196_608,
                Instant.EPOCH,
                new Permissions(0, 0, 0600),
                null);
    }

    @Test
    void aCloneHasTheFormatThatIsAskedFor() {
        var story = VolumeStory.open();
        var base = story.created("base", 7);

        var message =
                stage.take(
                        asked(base, "copy", Map.of("format", "vmdk", "adapterType", "lsilogic")));

        var command = command(message);
        assertThat(command.format()).isEqualTo("vmdk");
        assertThat(Objects.requireNonNull(command.shape()).options().adapterType())
                .isEqualTo("lsilogic");
        assertThat(lane(message.operation())).isEqualTo(Lane.BULK.name());
        stage.answer(
                message,
                new Result.VolumeCloned(
                        command.volumeId(), as("vmdk", "copy", MIB, 8), CloneStrategy.FULL));
        assertThat(end(message.operation()).getString("state")).isEqualTo("succeeded");
        assertThat(VolumeStory.volume(command.volumeId()).getString("format")).isEqualTo("vmdk");
    }

    @Test
    void aCloneMayBeLargerThanItsSource() {
        var story = VolumeStory.open();
        var base = story.created("base", 7);

        var message = stage.take(asked(base, "copy", Map.of("capacity", 3 * MIB - 1)));

        assertThat(story.reserved()).isEqualTo(4 * MIB);
        var shape = Objects.requireNonNull(command(message).shape());
        assertThat(shape.capacity()).isEqualTo(3 * MIB);
        assertThat(shape.options().clusterSize()).isEqualTo(65_536);
        stage.fail(message, ProblemCode.STORAGE_FULL);
        failed(message.operation(), "storage-full");
        assertThat(story.reserved()).isEqualTo(MIB);
        var smaller = stage.take(asked(base, "copy", Map.of("capacity", 512)));
        assertThat(command(smaller).shape()).isNull();
        stage.fail(smaller, ProblemCode.STORAGE_FULL);
    }

    @Test
    void aConvertedCloneSaysNothingAboutReflinks() {
        var story = VolumeStory.open();
        var base = story.created("base", 7);
        var first = stage.take(asked(base, "one", Map.of()));
        stage.answer(
                first,
                new Result.VolumeCloned(
                        volumeOf(first), file("one", MIB, 8), CloneStrategy.REFLINK));
        end(first.operation());

        var second = stage.take(asked(base, "two", Map.of("format", "raw")));
        assertThat(lane(second.operation())).isEqualTo(Lane.BULK.name());
        stage.answer(
                second,
                new Result.VolumeCloned(
                        volumeOf(second), as("raw", "two", MIB, 9), CloneStrategy.FULL));
        end(second.operation());

        var third = asked(base, "three", Map.of());
        assertThat(lane(third)).isEqualTo(Lane.METADATA.name());
        stage.fail(stage.take(third), ProblemCode.STORAGE_FULL);
    }

    private CommandMessage snapshotting(UUID volume, String name) {
        return stage.take(
                accepted(
                        given().contentType("application/json")
                                .body(Map.of("name", name))
                                .post("/v1/volumes/" + volume + "/snapshots")));
    }

    private void taken(CommandMessage message, long capacity) {
        var command = (Command.CreateSnapshot) message.command();
        var facts =
                new SnapshotFacts(
                        "1", command.snapshot().name(), command.snapshot().taken(), capacity, 0);
        var disk = file("base", MIB, 7);
        stage.answer(
                message,
                new Result.VolumeChanged(
                        command.volumeId(),
                        new FileFacts(
                                disk.name(),
                                disk.format(),
                                disk.capacity(),
                                disk.allocation(),
                                null,
                                null,
                                disk.inode(),
                                disk.size(),
                                disk.modified(),
                                disk.permissions(),
                                null,
                                List.of(facts),
                                null,
                                null)));
    }

    @Test
    void aSnapshotIsClonedOnceItIsTaken() {
        var story = VolumeStory.open();
        var base = story.created("base", 7);
        var snapshot = snapshotting(base, "before");

        var clone = asked(base, "copy", Map.of("snapshot", "before"));
        assertThat(VolumeStory.operation(clone).getString("state")).isEqualTo("waiting");
        taken(snapshot, MIB);

        var message = stage.take(clone);
        var command = command(message);
        var of = Objects.requireNonNull(command.source().snapshot());
        assertThat(of.name()).isEqualTo("before");
        assertThat(of.imageId()).isEqualTo("1");
        assertThat(command.shape()).isNotNull();
        assertThat(command.format()).isEqualTo("qcow2");
        assertThat(lane(clone)).isEqualTo(Lane.BULK.name());
        stage.answer(
                message,
                new Result.VolumeCloned(
                        command.volumeId(), file("copy", MIB, 8), CloneStrategy.FULL));
        assertThat(end(clone).getString("state")).isEqualTo("succeeded");
    }

    @Test
    void aCloneOfASnapshotThatIsNeverTakenFailsWithThat() {
        var story = VolumeStory.open();
        var base = story.created("base", 7);
        var snapshot = snapshotting(base, "before");
        var clone = asked(base, "copy", Map.of("snapshot", "before"));
        var other = asked(base, "other", Map.of());

        stage.fail(snapshot, ProblemCode.VOLUME_IN_USE);

        failed(clone, "dependency-failed");
        assertThat(end(clone).getString("problem.dependsOn"))
                .isEqualTo(snapshot.operation().toString());
        stage.fail(stage.take(other), ProblemCode.STORAGE_FULL);
        failed(other, "storage-full");
        assertThat(story.reserved()).isEqualTo(MIB);
    }

    @Test
    void xmlOfLibvirtMakesAClone() {
        var story = VolumeStory.open();
        var base = story.created("base", 7);
        var operation =
                accepted(
                        given().contentType("application/xml")
                                .body(
                                        """
                                        <volume>
                                          <name>copy.raw</name>
                                          <capacity unit='MiB'>2</capacity>
                                          <allocation>0</allocation>
                                          <target>
                                            <format type='raw'/>
                                            <permissions><mode>0640</mode></permissions>
                                          </target>
                                        </volume>
                                        """)
                                .post("/v1/volumes/%s/clone?strategy=full".formatted(base)));

        var message = stage.take(operation);
        var command = command(message);

        assertThat(command.name()).isEqualTo("copy.raw");
        assertThat(command.format()).isEqualTo("raw");
        assertThat(command.permissions().mode()).isEqualTo(0640);
        assertThat(Objects.requireNonNull(command.shape()).capacity()).isEqualTo(2 * MIB);
        stage.fail(message, ProblemCode.STORAGE_FULL);
        failed(operation, "storage-full");
    }

    @Test
    void aVolumeIsMadeOverAnother() {
        var story = VolumeStory.open();
        var base = story.created("base", 7);
        var xml =
                """
                <volume>
                  <name>top</name><capacity unit='MiB'>3</capacity>
                  <backingStore><path>/pools/%s/base</path><format type='qcow2'/></backingStore>
                  <target><format type='qcow2'/></target>
                </volume>
                """
                        .formatted(story.pool());
        for (var answer :
                List.of(
                        story.post(
                                Map.of("name", "top", "capacity", 3 * MIB, "backingVolume", base)),
                        given().contentType("application/xml")
                                .body(xml.replace(">top<", ">top2<"))
                                .post("/v1/volumes?pool=" + story.pool()))) {
            var message = stage.take(accepted(answer));
            var command = command(message);
            assertThat(command.strategy()).isEqualTo(CloneStrategy.LINKED);
            assertThat(command.source().volumeId()).isEqualTo(base);
            assertThat(Objects.requireNonNull(command.shape()).capacity()).isEqualTo(3 * MIB);
            assertThat(lane(message.operation())).isEqualTo(Lane.METADATA.name());
            stage.fail(message, ProblemCode.STORAGE_FULL);
            failed(message.operation(), "storage-full");
        }
        given().contentType("application/xml")
                .body(xml.replace("/pools/", "/other/"))
                .post("/v1/volumes?pool=" + story.pool())
                .then()
                .statusCode(422);
        given().contentType("application/xml")
                .body(xml)
                .post("/v1/volumes/" + base + "/clone")
                .then()
                .statusCode(422);
        story.post(Map.of("format", "raw", "backingVolume", base)).then().statusCode(422);
        story.post(Map.of("backingVolume", story.pool() + ":none")).then().statusCode(404);
        assertThat(story.reserved()).isEqualTo(MIB);
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        var story = VolumeStory.open();
        var base = story.created("base", 7);
        refused(base, Map.of("format", "vhd"), 422, "unsupported");
        refused(base, Map.of("format", "raw", "clusterSize", 65_536), 422, "invalid-request");
        refused(base, Map.of("clusterSize", 1000), 422, "invalid-request");
        refused(base, Map.of("capacity", 0), 422, "invalid-request");
        refused(base, Map.of("strategy", "linked", "format", "raw"), 422, "invalid-request");
        refused(base, Map.of("strategy", "reflink", "format", "raw"), 422, "invalid-request");
        refused(base, Map.of("strategy", "reflink", "capacity", 2 * MIB), 422, "invalid-request");
        refused(base, Map.of("strategy", "reflink", "snapshot", "x"), 422, "invalid-request");
        refused(base, Map.of("strategy", "linked", "snapshot", "x"), 404, "snapshot-not-found");
        refused(base, Map.of("snapshot", "x"), 404, "snapshot-not-found");
        refused(base, Map.of("format", "vmdk", "subformat", "vmfs"), 422, "unsupported");
        refused(base, Map.of("capacity", 100 * MIB), 507, "pool-full");
        assertThat(story.reserved()).isEqualTo(MIB);
    }

    private static void refused(UUID source, Map<String, ?> more, int status, String code) {
        var body = new HashMap<String, Object>(more);
        body.put("name", "x");
        given().contentType("application/json")
                .body(body)
                .post("/v1/volumes/" + source + "/clone")
                .then()
                .statusCode(status)
                .body("code", equalTo(code));
    }
}
