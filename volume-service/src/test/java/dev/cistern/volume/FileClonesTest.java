package dev.cistern.volume;

import static dev.cistern.volume.VolumeStory.MIB;
import static dev.cistern.volume.VolumeStory.accepted;
import static dev.cistern.volume.VolumeStory.end;
import static dev.cistern.volume.VolumeStory.failed;
import static dev.cistern.volume.VolumeStory.file;
import static dev.cistern.volume.VolumeStory.volume;
import static dev.cistern.volume.VolumeStory.volumeOf;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.cistern.common.message.CloneStrategy;
import dev.cistern.common.message.Command;
import dev.cistern.common.message.CommandMessage;
import dev.cistern.common.message.FileFacts;
import dev.cistern.common.message.ImageEncryption;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.message.ImageRef;
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
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Clones of files in a pool's folder that are no volumes. */
@QuarkusTest
@QuarkusTestResource(Servers.class)
final class FileClonesTest {
    private final Stage stage = Stage.shared();

    @AfterAll
    static void allIsWell() {
        Aftermath.check();
    }

    private static Response post(VolumeStory story, String file, Map<String, ?> more) {
        var body = new HashMap<String, Object>(more);
        body.putIfAbsent("name", "copy");
        return given().contentType("application/json")
                .queryParam("file", story.pool() + ":" + file)
                .body(body)
                .post("/v1/volumes/-/clone");
    }

    /** A worker is to look at the file. */
    private CommandMessage looking(VolumeStory story, Map<String, ?> more) {
        var look = stage.take(accepted(post(story, "template", more)));
        assertThat(look.command()).isInstanceOf(Command.LookAtFile.class);
        return look;
    }

    private CommandMessage seen(CommandMessage look, FileFacts file) {
        stage.answer(look, new Result.FileSeen(file));
        return stage.take(look.operation(), 2);
    }

    private void refused(VolumeStory story, Map<String, ?> more, FileFacts file, String code) {
        var look = looking(story, more);
        stage.answer(look, new Result.FileSeen(file));
        failed(look.operation(), code);
        requireNothingLeft(story);
    }

    private static void requireNothingLeft(VolumeStory story) {
        assertThat(story.reserved()).isZero();
        given().get("/v1/volumes?pool=" + story.pool()).then().body("items.size()", equalTo(0));
    }

    private static FileFacts image(
            @Nullable String backingFile,
            @Nullable String problem,
            @Nullable String encryption,
            @Nullable String partOf) {
        var bare = file("template", MIB, 7, backingFile);
        var options = new ImageOptions(null, "1.1", 131_072, false, true, "zlib", 16);
        return new FileFacts(
                bare.name(),
                bare.format(),
                bare.capacity(),
                bare.allocation(),
                bare.backingFile(),
                bare.backingFormat(),
                bare.inode(),
                bare.size(),
                bare.modified(),
                bare.permissions(),
                problem,
                List.of(),
                encryption == null
                        ? options
                        : options.encrypted(new ImageEncryption(encryption, null)),
                partOf);
    }

    private static FileFacts plain() {
        return image(null, null, null, null);
    }

    @Test
    void aFileIsLookedAtAndThenCloned() {
        var story = VolumeStory.open();
        var look = looking(story, Map.of("strategy", "full"));
        assertThat(((Command.LookAtFile) look.command()).name()).isEqualTo("template");
        assertThat(story.reserved()).isZero();

        var message = seen(look, plain());

        var clone = (Command.CloneVolume) message.command();
        assertThat(clone.source().volumeId()).isNull();
        assertThat(clone.source().image()).isEqualTo(new ImageRef("template", "qcow2", 7L));
        assertThat(clone.shape()).isNull();
        assertThat(clone.format()).isEqualTo("qcow2");
        assertThat(clone.permissions()).isEqualTo(plain().permissions());
        assertThat(story.reserved()).isEqualTo(MIB);
        stage.answer(
                message,
                new Result.VolumeCloned(
                        clone.volumeId(), file("copy", MIB, 8), CloneStrategy.FULL));
        var ended = end(message.operation());
        assertThat(ended.getString("state")).isEqualTo("succeeded");
        assertThat(ended.getString("result.strategy")).isEqualTo("full");
        var copy = volume(clone.volumeId());
        assertThat(copy.getString("state")).isEqualTo("available");
        assertThat(copy.getString("format")).isEqualTo("qcow2");
        assertThat(copy.getLong("capacity")).isEqualTo(MIB);
        assertThat(story.reserved()).isEqualTo(MIB);
        given().get("/v1/volumes?pool=" + story.pool()).then().body("items.size()", equalTo(1));
    }

    @Test
    void aCloneOfAFileMayBeOfAnotherShape() {
        var story = VolumeStory.open();

        var message = seen(looking(story, Map.of("capacity", 3 * MIB)), plain());

        var shape = Objects.requireNonNull(((Command.CloneVolume) message.command()).shape());
        assertThat(shape.capacity()).isEqualTo(3 * MIB);
        assertThat(shape.options().clusterSize()).isEqualTo(131_072);
        assertThat(story.reserved()).isEqualTo(3 * MIB);
        stage.fail(message, ProblemCode.STORAGE_FULL);
        failed(message.operation(), "storage-full");
        assertThat(story.reserved()).isZero();
        assertThat(VolumeStory.state(volumeOf(message))).isEqualTo("error");
    }

    @Test
    void aLinkedCloneIsOverTheFile() {
        var story = VolumeStory.open();

        var message = seen(looking(story, Map.of("strategy", "linked")), plain());

        var clone = (Command.CloneVolume) message.command();
        assertThat(clone.strategy()).isEqualTo(CloneStrategy.LINKED);
        assertThat(clone.shape()).isNull();
        stage.fail(message, ProblemCode.VOLUME_IN_USE);
        refused(
                VolumeStory.open(),
                Map.of("strategy", "linked"),
                image("base", null, null, null),
                "unsupported");
    }

    @Test
    void nothingIsLeftWhereTheFileIsNoImage() {
        var story = VolumeStory.open();

        refused(story, Map.of(), image(null, "its header is torn", null, null), "unsupported");
        refused(story, Map.of(), image(null, null, null, "disk.vmdk"), "unsupported");
        refused(
                story,
                Map.of("format", "raw"),
                image(null, null, "luks", null),
                "secret-unavailable");
        refused(story, Map.of("format", "raw", "strategy", "reflink"), plain(), "invalid-request");
    }

    @Test
    void anEncryptedFileIsCopiedAsItIs() {
        var story = VolumeStory.open();

        var message = seen(looking(story, Map.of()), image(null, null, "luks", null));

        var clone = (Command.CloneVolume) message.command();
        assertThat(clone.shape()).isNull();
        stage.answer(
                message,
                new Result.VolumeCloned(
                        clone.volumeId(), file("copy", MIB, 8), CloneStrategy.FULL));
        end(message.operation());
        assertThat(volume(clone.volumeId()).getMap("encryption"))
                .isEqualTo(Map.of("format", "luks"));
    }

    @Test
    void aFileThatIsNotThereIsTheEndOfTheClone() {
        var story = VolumeStory.open();
        var look = looking(story, Map.of());

        stage.fail(look, ProblemCode.FILE_NOT_FOUND);

        failed(look.operation(), "file-not-found");
        requireNothingLeft(story);
        accepted(post(story, "template", Map.of()));
    }

    @Test
    void capacityIsPromisedOnceItIsKnown() {
        var story = VolumeStory.open(2 * MIB, Stage.GROUP);
        story.created("disk", MIB + 512, 6);
        var look = looking(story, Map.of());

        stage.answer(look, new Result.FileSeen(plain()));

        failed(look.operation(), "pool-full");
        assertThat(story.reserved()).isEqualTo(MIB + 512);
    }

    @Test
    void aFileThatIsAVolumesIsClonedAsThat() {
        var story = VolumeStory.open();
        var disk = story.created("disk", 7);

        var message = stage.take(accepted(post(story, "disk", Map.of())));

        assertThat(((Command.CloneVolume) message.command()).source().volumeId()).isEqualTo(disk);
        stage.fail(message, ProblemCode.STORAGE_FULL);
    }

    @Test
    void whatIsNoFileOfAPoolIsRefused() {
        var story = VolumeStory.open();

        post(story, "a/b", Map.of()).then().statusCode(422);
        post(story, ".cistern", Map.of()).then().statusCode(422);
        post(story, "template", Map.of("snapshot", "before")).then().statusCode(422);
        given().contentType("application/json")
                .body(Map.of("name", "copy"))
                .post("/v1/volumes/-/clone")
                .then()
                .statusCode(422);
        given().contentType("application/json")
                .queryParam("file", UUID.randomUUID() + ":template")
                .body(Map.of("name", "copy"))
                .post("/v1/volumes/-/clone")
                .then()
                .statusCode(404)
                .body("code", equalTo("pool-not-found"));
    }

    @Test
    void libvirtsXmlDescribesACloneOfAFileToo() {
        var story = VolumeStory.open();
        var xml =
                """
                <volume>
                  <name>copy</name><capacity>1</capacity>
                  <target><format type='qcow2'/></target>
                </volume>
                """;

        var look =
                stage.take(
                        accepted(
                                given().contentType("application/xml")
                                        .queryParam("file", story.pool() + ":template")
                                        .queryParam("pool", story.pool())
                                        .body(xml)
                                        .post("/v1/volumes/-/clone")));

        var message = seen(look, plain());
        assertThat(((Command.CloneVolume) message.command()).name()).isEqualTo("copy");
        stage.fail(message, ProblemCode.STORAGE_FULL);
    }
}
