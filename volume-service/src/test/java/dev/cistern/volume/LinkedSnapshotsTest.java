package dev.cistern.volume;

import static dev.cistern.volume.VolumeStory.MIB;
import static dev.cistern.volume.VolumeStory.accepted;
import static dev.cistern.volume.VolumeStory.conditions;
import static dev.cistern.volume.VolumeStory.end;
import static dev.cistern.volume.VolumeStory.failed;
import static dev.cistern.volume.VolumeStory.file;
import static dev.cistern.volume.VolumeStory.operation;
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
import dev.cistern.common.message.Result;
import dev.cistern.common.message.SealedFile;
import dev.cistern.common.message.SnapshotFacts;
import dev.cistern.common.message.SnapshotRef;
import dev.cistern.partner.Servers;
import dev.cistern.partner.Stage;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Volumes over what other volumes were: linked clones of external snapshots. */
@QuarkusTest
@QuarkusTestResource(Servers.class)
final class LinkedSnapshotsTest {
    private final Stage stage = Stage.shared();

    @AfterAll
    static void allIsWell() {
        Aftermath.check();
    }

    private static String path(UUID volume) {
        return "/v1/volumes/" + volume + "/snapshots";
    }

    private static Response asked(UUID volume, String name, String kind) {
        return given().contentType("application/json")
                .body(Map.of("name", name, "kind", kind))
                .post(path(volume));
    }

    private static Response post(UUID volume, String verb, Map<String, ?> body) {
        return given().contentType("application/json")
                .body(body)
                .post("/v1/volumes/" + volume + "/" + verb);
    }

    private void done(CommandMessage message, FileFacts file) {
        stage.answer(message, new Result.VolumeChanged(volumeOf(message), file));
        assertThat(end(message.operation()).getString("state")).isEqualTo("succeeded");
    }

    /** Takes an external snapshot; returns the name of its file. */
    private String sealed(UUID volume, String disk, String name, long inode) {
        var message = stage.take(accepted(asked(volume, name, "external")));
        var command = (Command.SealImage) message.command();
        var below = SealedFile.name(volume, command.snapshot().id(), command.image().format());
        done(message, file(disk, MIB, inode, below));
        return below;
    }

    private static Response cloning(UUID source, String name, String snapshot) {
        return post(
                source, "clone", Map.of("name", name, "strategy", "linked", "snapshot", snapshot));
    }

    private UUID linked(UUID source, String name, String snapshot, String below, long inode) {
        var message = stage.take(accepted(cloning(source, name, snapshot)));
        stage.answer(
                message,
                new Result.VolumeCloned(
                        volumeOf(message), file(name, MIB, inode, below), CloneStrategy.LINKED));
        end(message.operation());
        return volumeOf(message);
    }

    private static ValidatableResponse graph(UUID volume) {
        return given().get("/v1/volumes/" + volume + "/graph").then();
    }

    private static ValidatableResponse refused(Response answer) {
        return answer.then()
                .statusCode(409)
                .body("code", equalTo("volume-has-children"))
                .body("children", contains("web"));
    }

    private static ValidatableResponse preflight(UUID volume, Map<String, ?> body) {
        return post(volume, "preflight", body).then().statusCode(200);
    }

    private static String idOf(UUID volume, String snapshot) {
        return given().get(path(volume) + "/" + snapshot).jsonPath().getString("id");
    }

    @Test
    void aCloneIsLinkedToWhatTheVolumeWas() {
        var story = VolumeStory.open();
        var disk = story.created("disk", 7);
        var golden = sealed(disk, "disk", "golden", 8);

        var message = stage.take(accepted(cloning(disk, "web", "golden")));
        var command = (Command.CloneVolume) message.command();
        assertThat(command.strategy()).isEqualTo(CloneStrategy.LINKED);
        assertThat(command.shape()).isNull();
        assertThat(command.source().snapshot()).extracting(SnapshotRef::name).isEqualTo("golden");
        var web = volumeOf(message);
        stage.answer(
                message,
                new Result.VolumeCloned(web, file("web", MIB, 9, golden), CloneStrategy.LINKED));
        end(message.operation());

        story.refreshed(file("disk", MIB, 8, golden), file("web", MIB, 9, golden));
        assertThat(conditions(web)).isEmpty();
        assertThat(conditions(disk)).isEmpty();
        graph(web)
                .body("depth", equalTo(2))
                .body("below.name", contains("disk"))
                .body("volume.base", equalTo(disk.toString()))
                .body("volume.snapshot", equalTo(idOf(disk, "golden")))
                .body("missingBase", nullValue());
        graph(disk)
                .body("depth", equalTo(2))
                .body("above.name", contains("web"))
                .body("above[0].snapshot", equalTo(idOf(disk, "golden")));
    }

    @Test
    void theSnapshotAndItsVolumeStayAsLongAsItIsThere() {
        var story = VolumeStory.open();
        var disk = story.created("disk", 7);
        var golden = sealed(disk, "disk", "golden", 8);
        var web = linked(disk, "web", "golden", golden, 9);

        refused(given().delete(path(disk) + "/golden"))
                .body("detail", containsString("snapshot 'golden'"))
                .body("detail", containsString("'web'"));
        preflight(disk, Map.of("verb", "delete", "snapshot", "golden"))
                .body("accepted", equalTo(false))
                .body("problem.code", equalTo("volume-has-children"))
                .body("problem.children", contains("web"))
                .body("children", contains("web"));
        refused(given().delete("/v1/volumes/" + disk + "?purge=true"))
                .body("detail", containsString("its snapshot 'golden'"));
        refused(given().delete("/v1/volumes/" + disk + "?keep=7d"));
        preflight(disk, Map.of("verb", "delete"))
                .body("accepted", equalTo(false))
                .body("problem.children", contains("web"));

        story.deleted(web);
        preflight(disk, Map.of("verb", "delete", "snapshot", "golden"))
                .body("accepted", equalTo(true))
                .body("children", empty());
        done(stage.take(accepted(given().delete(path(disk) + "/golden"))), file("disk", MIB, 8));
        story.deleted(disk);
        assertThat(story.reserved()).isZero();
    }

    /** What the volume is now is not what the clone reads. */
    @Test
    void theVolumeItselfGoesOn() {
        var story = VolumeStory.open();
        var disk = story.created("disk", 7);
        var golden = sealed(disk, "disk", "golden", 8);
        var web = linked(disk, "web", "golden", golden, 9);

        var later = sealed(disk, "disk", "later", 10);
        done(
                stage.take(accepted(given().post(path(disk) + "/golden/revert"))),
                file("disk", MIB, 11, golden));
        done(
                stage.take(accepted(given().delete(path(disk) + "/later"))),
                file("disk", MIB, 11, golden));
        assertThat(later).isNotEqualTo(golden);
        preflight(disk, Map.of("verb", "rename", "name", "other")).body("accepted", equalTo(true));
        preflight(disk, Map.of("verb", "wipe")).body("accepted", equalTo(true));
        post(web, "commit", Map.of())
                .then()
                .statusCode(409)
                .body("code", equalTo("volume-state"))
                .body("detail", containsString("snapshot"));
        preflight(web, Map.of("verb", "flatten")).body("accepted", equalTo(true));
    }

    /** The file above a snapshot takes its content in, and with it what builds on that file. */
    @Test
    void aSnapshotBelowTheirOwnMayGo() {
        var story = VolumeStory.open();
        var disk = story.created("disk", 7);
        sealed(disk, "disk", "first", 8);
        var second = sealed(disk, "disk", "second", 9);
        var web = linked(disk, "web", "second", second, 10);
        graph(web).body("depth", equalTo(3));

        done(
                stage.take(accepted(given().delete(path(disk) + "/first"))),
                file("disk", MIB, 9, second));

        graph(web).body("depth", equalTo(2)).body("below.name", contains("disk"));
        refused(given().delete(path(disk) + "/second"));
    }

    @Test
    void aFlattenedCloneHoldsNothing() {
        var story = VolumeStory.open();
        var disk = story.created("disk", 7);
        var golden = sealed(disk, "disk", "golden", 8);
        var web = linked(disk, "web", "golden", golden, 9);

        done(stage.take(accepted(post(web, "flatten", Map.of()))), file("web", MIB, 9));

        graph(disk).body("above", empty());
        story.deleted(disk);
    }

    /** Its image is over that snapshot of another still, if one of its own is in between. */
    @Test
    void aSnapshotOfACloneHoldsItToo() {
        var story = VolumeStory.open();
        var disk = story.created("disk", 7);
        var golden = sealed(disk, "disk", "golden", 8);
        var web = linked(disk, "web", "golden", golden, 9);
        var own = sealed(web, "web", "own", 10);

        assertThat(conditions(web)).isEmpty();
        graph(web).body("depth", equalTo(3)).body("below.name", contains("disk"));
        refused(given().delete(path(disk) + "/golden"));
        done(stage.take(accepted(post(web, "flatten", Map.of()))), file("web", MIB, 10));
        refused(given().delete(path(disk) + "/golden"));
        assertThat(own).startsWith(SealedFile.prefix(web));
    }

    @Test
    void aDeletionWaitsForThatOfTheClone() {
        var story = VolumeStory.open();
        var disk = story.created("disk", 7);
        var golden = sealed(disk, "disk", "golden", 8);
        var web = linked(disk, "web", "golden", golden, 9);
        var deleting = story.deleting(web);

        var drop = accepted(given().delete(path(disk) + "/golden"));
        assertThat(operation(drop).getString("state")).isEqualTo("waiting");
        stage.answer(deleting, new Result.VolumeDeleted(web));
        end(deleting.operation());

        done(stage.take(drop), file("disk", MIB, 8));
    }

    @Test
    void aDeletionBehindACloneFails() {
        var story = VolumeStory.open();
        var disk = story.created("disk", 7);
        var golden = sealed(disk, "disk", "golden", 8);
        var clone = stage.take(accepted(cloning(disk, "web", "golden")));

        var drop = accepted(given().delete(path(disk) + "/golden"));
        stage.answer(
                clone,
                new Result.VolumeCloned(
                        volumeOf(clone), file("web", MIB, 9, golden), CloneStrategy.LINKED));

        failed(drop, "volume-has-children");
    }

    @Test
    void onlyAnExternalSnapshotIsLinkedTo() {
        var story = VolumeStory.open();
        var disk = story.created("disk", 7);
        var inside = stage.take(accepted(asked(disk, "inside", "internal")));
        var ref = ((Command.CreateSnapshot) inside.command()).snapshot();
        var facts = new SnapshotFacts("1", "inside", ref.taken(), MIB, 0);
        done(inside, with(file("disk", MIB, 7), facts));

        cloning(disk, "web", "inside")
                .then()
                .statusCode(422)
                .body("code", equalTo("unsupported"))
                .body("detail", containsString("clone it in full, or take an external snapshot"));
        preflight(
                        disk,
                        Map.of(
                                "verb",
                                "clone",
                                "name",
                                "web",
                                "strategy",
                                "linked",
                                "snapshot",
                                "inside"))
                .body("accepted", equalTo(false))
                .body("problem.code", equalTo("unsupported"));
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

    /** The image of the volume, which is over the snapshot, does not count. */
    @Test
    void aChainGrowsNoDeeperThanAllowed() {
        var disk = VolumeStory.open().created("disk", 7);
        var below = "";
        for (var depth = 2; depth <= 4; depth++) {
            below = sealed(disk, "disk", "at-" + depth, depth + 6);
        }
        var linking = Map.of("verb", "clone", "name", "x", "strategy", "linked");

        preflight(disk, linking).body("problem.code", equalTo("chain-too-deep"));
        var web = linked(disk, "web", "at-4", below, 13);
        graph(web).body("depth", equalTo(4));
        preflight(web, linking).body("problem.code", equalTo("chain-too-deep"));
    }

    /** Whoever has made it: QEMU finds it by that name. */
    @Test
    void oneThatWasFoundIsOneToo() {
        var story = VolumeStory.open();
        var disk = story.created("disk", 7);
        var golden = sealed(disk, "disk", "golden", 8);
        var path = "/pools/" + story.pool() + "/" + golden;

        story.refreshed(file("disk", MIB, 8, golden), file("web", MIB, 9, path));

        graph(disk).body("above.name", contains("web")).body("above[0].conditions", empty());
        refused(given().delete(path(disk) + "/golden"));
    }

    @Test
    void namesOfFilesThatAreNoSnapshotsAreMissed() {
        var story = VolumeStory.open();
        story.refreshed(
                file("a", MIB, 8, ".sealed.x.y"),
                file("b", MIB, 9, SealedFile.name(UUID.randomUUID(), UUID.randomUUID(), "qcow2")));

        var items = given().get("/v1/volumes?pool=" + story.pool()).jsonPath();
        assertThat(items.getList("items.conditions"))
                .hasSize(2)
                .allMatch(List.of("base-missing")::equals);
    }
}
