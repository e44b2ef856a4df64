package dev.cistern.volume;

import static dev.cistern.volume.VolumeStory.MIB;
import static dev.cistern.volume.VolumeStory.accepted;
import static dev.cistern.volume.VolumeStory.conditions;
import static dev.cistern.volume.VolumeStory.end;
import static dev.cistern.volume.VolumeStory.file;
import static dev.cistern.volume.VolumeStory.volumeOf;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import dev.cistern.common.message.CloneStrategy;
import dev.cistern.common.message.Command;
import dev.cistern.common.message.CommandMessage;
import dev.cistern.common.message.FileFacts;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.message.KeptFile;
import dev.cistern.common.message.Lane;
import dev.cistern.common.message.Permissions;
import dev.cistern.common.message.Result;
import dev.cistern.common.message.SealedFile;
import dev.cistern.common.message.SnapshotFacts;
import dev.cistern.partner.Rows;
import dev.cistern.partner.Servers;
import dev.cistern.partner.Stage;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Snapshots that are files which their volumes are over. */
@QuarkusTest
@QuarkusTestResource(Servers.class)
final class ExternalSnapshotsTest {
    private final Stage stage = Stage.shared();

    @AfterAll
    static void allIsWell() {
        Aftermath.check();
    }

    private static String path(UUID volume) {
        return "/v1/volumes/" + volume + "/snapshots";
    }

    private static Response ask(UUID volume, String name, String kind) {
        return given().contentType("application/json")
                .body(Map.of("name", name, "kind", kind))
                .post(path(volume));
    }

    private CommandMessage sealing(UUID volume, String name) {
        var message = stage.take(accepted(ask(volume, name, "external")));
        assertThat(message.command()).isInstanceOf(Command.SealImage.class);
        return message;
    }

    private void done(CommandMessage message, FileFacts file, KeptFile... kept) {
        stage.answer(message, new Result.VolumeChanged(volumeOf(message), file, List.of(kept)));
        assertThat(end(message.operation()).getString("state")).isEqualTo("succeeded");
    }

    /** Takes a snapshot; returns the name of its file. */
    private String sealed(UUID volume, String disk, String name, long inode) {
        var message = sealing(volume, name);
        var below = fileOf(message);
        done(message, file(disk, MIB, inode, below));
        return below;
    }

    private static FileFacts with(FileFacts file, SnapshotFacts snapshot) {
        return new FileFacts(
                file.name(),
                file.format(),
                file.capacity(),
                file.allocation(),
                file.backingFile(),
                file.backingFormat(),
                file.inode(),
                file.size(),
                file.modified(),
                file.permissions(),
                null,
                List.of(snapshot),
                null,
                null);
    }

    private static String fileOf(CommandMessage message) {
        var command = (Command.OnSnapshot) message.command();
        return SealedFile.name(
                command.volumeId(), command.snapshot().id(), command.image().format());
    }

    private CommandMessage reverting(UUID volume, String snapshot) {
        return stage.take(accepted(given().post(path(volume) + "/" + snapshot + "/revert")));
    }

    private CommandMessage dropping(UUID volume, String snapshot) {
        return stage.take(accepted(given().delete(path(volume) + "/" + snapshot)));
    }

    private UUID linked(UUID source, String base, String name, long inode) {
        var message =
                stage.take(
                        accepted(
                                given().contentType("application/json")
                                        .body(Map.of("name", name, "strategy", "linked"))
                                        .post("/v1/volumes/" + source + "/clone")));
        stage.answer(
                message,
                new Result.VolumeCloned(
                        volumeOf(message), file(name, MIB, inode, base), CloneStrategy.LINKED));
        end(message.operation());
        return volumeOf(message);
    }

    private static ValidatableResponse graph(UUID volume) {
        return given().get("/v1/volumes/" + volume + "/graph").then();
    }

    @Test
    void aVolumeIsSealedRevertedAndMergedAgain() {
        var story = VolumeStory.open();
        var disk = story.created("disk", 7);

        var before = sealed(disk, "disk", "before", 8);
        given().get(path(disk) + "/before")
                .then()
                .body("kind", equalTo("external"))
                .body("state", equalTo("available"))
                .body("current", equalTo(true));
        assertThat(conditions(disk)).isEmpty();
        var later = sealed(disk, "disk", "later", 9);
        story.refreshed(file("disk", MIB, 9, later));
        assertThat(conditions(disk)).isEmpty();
        graph(disk).body("depth", equalTo(3)).body("missingBase", nullValue());

        var back = reverting(disk, "before");
        assertThat(back.command()).isInstanceOf(Command.ReturnToSealed.class);
        done(back, file("disk", MIB, 10, before));
        graph(disk).body("depth", equalTo(2));

        var drop = dropping(disk, "before");
        assertThat(drop.command()).isInstanceOf(Command.DropSealed.class);
        assertThat(Rows.text("select lane from volume.operation where id = ?", drop.operation()))
                .isEqualTo(Lane.BULK.name());
        done(drop, file("disk", MIB, 10));
        given().get(path(disk)).then().body("items.name", contains("later"));
        assertThat(
                        Rows.number(
                                "select count(*) from volume.snapshot where backing_file = ?",
                                before))
                .isZero();
        graph(disk).body("depth", equalTo(1));
        done(dropping(disk, "later"), file("disk", MIB, 10));
        given().get(path(disk)).then().body("items", empty());
        assertThat(story.reserved()).isEqualTo(MIB);
    }

    @Test
    void whatTheFileOfASnapshotTakesIsShownWithIt() {
        var story = VolumeStory.open();
        var disk = story.created("disk", 7);
        sealed(disk, "disk", "before", 8);
        given().get(path(disk) + "/before").then().body("allocation", nullValue());
        var sealing = sealing(disk, "later");
        var later = new KeptFile(snapshotOf(sealing), 4096);
        done(sealing, file("disk", MIB, 9, fileOf(sealing)), later);

        given().get(path(disk) + "/later").then().body("allocation", equalTo(4096));
        done(
                dropping(disk, "before"),
                file("disk", MIB, 9, fileOf(sealing)),
                new KeptFile(later.snapshot(), 12_288));

        given().get(path(disk))
                .then()
                .body("items.name", contains("later"))
                .body("items.allocation", contains(12_288));
    }

    private static UUID snapshotOf(CommandMessage message) {
        return ((Command.OnSnapshot) message.command()).snapshot().id();
    }

    @Test
    void whatASnapshotBuildsOnStays() {
        var story = VolumeStory.open();
        var base = story.created("base", 7);
        var disk = linked(base, "base", "disk", 8);
        var below = sealed(disk, "disk", "before", 9);

        assertThat(conditions(disk)).isEmpty();
        graph(disk).body("below.name", contains("base")).body("depth", equalTo(3));
        graph(base).body("above.name", contains("disk"));
        given().delete("/v1/volumes/" + base)
                .then()
                .statusCode(409)
                .body("code", equalTo("volume-has-children"));

        var flatten = stage.take(accepted(given().post("/v1/volumes/" + disk + "/flatten")));
        done(flatten, file("disk", MIB, 9));
        graph(base).body("above.name", contains("disk"));
        done(reverting(disk, "before"), file("disk", MIB, 10, below));
        done(dropping(disk, "before"), file("disk", MIB, 10, "base"));
        graph(disk).body("below.name", contains("base")).body("depth", equalTo(2));
        story.deleted(disk);
        story.deleted(base);
    }

    @Test
    void aMergeWaitsForWhatIsDoneToTheBase() {
        var story = VolumeStory.open();
        var base = story.created("base", 7);
        var disk = linked(base, "base", "disk", 8);
        sealed(disk, "disk", "before", 9);
        var growth =
                stage.take(
                        accepted(
                                given().contentType("application/json")
                                        .body(Map.of("capacity", 2 * MIB))
                                        .post("/v1/volumes/" + base + "/resize")));

        var drop = accepted(given().delete(path(disk) + "/before"));
        assertThat(VolumeStory.operation(drop).getString("state")).isEqualTo("waiting");
        done(growth, file("base", 2 * MIB, 7));
        done(stage.take(drop), file("disk", MIB, 9, "base"));
    }

    @Test
    void aChainGrowsNoDeeperThanAllowed() {
        var story = VolumeStory.open();
        var disk = story.created("disk", 7);
        for (var depth = 2; depth <= 4; depth++) {
            sealed(disk, "disk", "at-" + depth, depth + 6);
        }

        refused(ask(disk, "at-5", "external"), "chain-too-deep");
        given().get(path(disk)).then().body("items.size()", equalTo(3));
    }

    @Test
    void internalOnesAreTakenAboveExternalOnesOnly() {
        var story = VolumeStory.open();
        var disk = story.created("disk", 7);
        var below = sealed(disk, "disk", "outside", 8);
        var inside = stage.take(accepted(ask(disk, "inside", "internal")));
        var ref = ((Command.CreateSnapshot) inside.command()).snapshot();
        var facts = new SnapshotFacts("1", "inside", ref.taken(), MIB, 0);
        done(inside, with(file("disk", MIB, 8, below), facts));

        refused(ask(disk, "another", "external"), "volume-state");
        refused(given().post(path(disk) + "/outside/revert"), "volume-state");
        var outside = given().get(path(disk) + "/outside").jsonPath().getString("id");
        given().get(path(disk) + "/inside")
                .then()
                .body("kind", equalTo("internal"))
                .body("parent", equalTo(outside));
    }

    @Test
    void aVolumeOverItsSnapshotsIsNeitherMovedNorConvertedNorCommitted() {
        var story = VolumeStory.open();
        var disk = linked(story.created("base", 7), "base", "disk", 8);
        sealed(disk, "disk", "before", 9);

        refused(disk, "move", Map.of("pool", VolumeStory.open().pool()));
        refused(disk, "convert", Map.of("format", "raw"));
        refused(disk, "commit", Map.of()).body("detail", containsString("'before'"));
    }

    private static ValidatableResponse refused(UUID volume, String verb, Map<String, ?> body) {
        return refused(
                given().contentType("application/json")
                        .body(body)
                        .post("/v1/volumes/" + volume + "/" + verb),
                "volume-state");
    }

    private static ValidatableResponse refused(Response answer, String code) {
        return answer.then().statusCode(409).body("code", equalTo(code));
    }

    @Test
    void aCloneHasTheContentAlone() {
        var disk = VolumeStory.open().created("disk", 7);
        sealed(disk, "disk", "before", 8);

        var clone =
                stage.take(
                        accepted(
                                given().contentType("application/json")
                                        .body(Map.of("name", "clone"))
                                        .post("/v1/volumes/" + disk + "/clone")));
        assertThat(((Command.CloneVolume) clone.command()).shape()).isNotNull();
        stage.answer(
                clone,
                new Result.VolumeCloned(
                        volumeOf(clone), file("clone", MIB, 9), CloneStrategy.FULL));
        end(clone.operation());
        refused(disk, "clone", Map.of("name", "another", "strategy", "reflink"));
    }

    @Test
    void aVolumeThatOthersBuildOnIsNotSealed() {
        var story = VolumeStory.open();
        var base = story.created("base", 7);
        linked(base, "base", "disk", 8);

        refused(ask(base, "before", "external"), "volume-has-children");
    }

    @Test
    void aKindMustFitTheFormat() {
        var story = VolumeStory.open();
        var raw = stage.take(accepted(story.post(Map.of("format", "raw"))));
        stage.answer(raw, new Result.VolumeCreated(volumeOf(raw), file("disk", MIB, 7)));
        end(raw.operation());

        ask(volumeOf(raw), "before", "external")
                .then()
                .statusCode(422)
                .body("code", equalTo("unsupported"))
                .body("detail", containsString("'copy'"));
        ask(volumeOf(raw), "before", "sideways")
                .then()
                .statusCode(422)
                .body("code", equalTo("invalid-request"));
    }

    private static FileFacts vmdk(String subformat, long inode, @Nullable String below) {
        return new FileFacts(
                "disk",
                "vmdk",
                MIB,
                MIB,
                below,
                below == null ? null : "vmdk",
                inode,
                MIB,
                Instant.EPOCH,
                new Permissions(0, 0, 0600),
                null,
                List.of(),
                ImageOptions.vmdk(subformat, null, null),
                null);
    }

    private UUID vmdk(VolumeStory story, String subformat) {
        var message = stage.take(accepted(story.post(Map.of("format", "vmdk"))));
        stage.answer(
                message, new Result.VolumeCreated(volumeOf(message), vmdk(subformat, 7, null)));
        end(message.operation());
        return volumeOf(message);
    }

    private CommandMessage asked(UUID volume, String name) {
        return stage.take(
                accepted(
                        given().contentType("application/json")
                                .body(Map.of("name", name))
                                .post(path(volume))));
    }

    @Test
    void ofVmdkTheyAreUsualWhereVmwareHasThem() {
        var story = VolumeStory.open();
        var disk = vmdk(story, "monolithicSparse");

        var seal = asked(disk, "before");
        assertThat(seal.command()).isInstanceOf(Command.SealImage.class);
        var below = fileOf(seal);
        assertThat(below).endsWith(".vmdk");
        done(seal, vmdk("monolithicSparse", 8, below));
        story.refreshed(vmdk("monolithicSparse", 8, below));
        assertThat(conditions(disk)).isEmpty();
        graph(disk).body("depth", equalTo(2)).body("missingBase", nullValue());

        assertThat(stage.take(accepted(ask(disk, "copied", "copy"))).command())
                .isInstanceOf(Command.KeepCopy.class);
        ask(disk, "inside", "internal").then().statusCode(422);
    }

    @ParameterizedTest
    @ValueSource(strings = {"streamOptimized", "monolithicFlat", "twoGbMaxExtentSparse"})
    void otherVmdkImagesAreCopied(String subformat) {
        var disk = vmdk(VolumeStory.open(), subformat);

        assertThat(asked(disk, "before").command()).isInstanceOf(Command.KeepCopy.class);
        ask(disk, "after", "external")
                .then()
                .statusCode(422)
                .body("detail", containsString(subformat));
    }
}
