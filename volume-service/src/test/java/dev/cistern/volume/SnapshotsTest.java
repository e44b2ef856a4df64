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

import dev.cistern.common.message.Command;
import dev.cistern.common.message.CommandMessage;
import dev.cistern.common.message.FileFacts;
import dev.cistern.common.message.Result;
import dev.cistern.common.message.SnapshotFacts;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.partner.Servers;
import dev.cistern.partner.Stage;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Snapshots from their taking to their end, and those that others took. */
@QuarkusTest
@QuarkusTestResource(Servers.class)
final class SnapshotsTest {
    private final Stage stage = Stage.shared();

    @AfterAll
    static void allIsWell() {
        Aftermath.check();
    }

    private static String path(UUID volume) {
        return "/v1/volumes/" + volume + "/snapshots";
    }

    private static Response post(UUID volume, Map<String, ?> body) {
        return given().contentType("application/json").body(body).post(path(volume));
    }

    private static UUID asked(UUID volume, String name) {
        return accepted(post(volume, Map.of("name", name)));
    }

    private static UUID askedToRevert(UUID volume, String name) {
        return accepted(given().post(path(volume) + "/" + name + "/revert"));
    }

    private static UUID askedToDelete(UUID volume, String name) {
        return accepted(given().delete(path(volume) + "/" + name));
    }

    private static FileFacts with(long capacity, List<SnapshotFacts> snapshots) {
        var bare = file("disk", capacity, 7);
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
                snapshots,
                null,
                null);
    }

    /** A worker's image, in which it does what it is commanded. */
    private final class Image {
        private final List<SnapshotFacts> snapshots = new ArrayList<>();
        private long capacity = MIB;

        void obey(UUID operation) {
            var message = stage.take(operation);
            switch (message.command()) {
                case Command.CreateSnapshot(_, _, _, _, var ref) ->
                        snapshots.add(
                                new SnapshotFacts(
                                        "" + snapshots.size(),
                                        ref.name(),
                                        ref.taken(),
                                        capacity,
                                        0));
                case Command.DeleteSnapshot(_, _, _, _, var ref) ->
                        snapshots.removeIf(each -> each.taken().equals(ref.taken()));
                case Command.RevertToSnapshot(_, _, _, _, var ref) ->
                        capacity =
                                snapshots.stream()
                                        .filter(each -> each.taken().equals(ref.taken()))
                                        .findFirst()
                                        .orElseThrow()
                                        .capacity();
                case Command.ResizeVolume resize -> capacity = resize.capacity();
                default -> throw new AssertionError(message);
            }
            answer(message);
            assertThat(end(operation).getString("state")).isEqualTo("succeeded");
        }

        private void answer(CommandMessage message) {
            var result = new Result.VolumeChanged(volumeOf(message), with(capacity, snapshots));
            stage.answer(message, result);
        }
    }

    @Test
    void theyFormATreeThatFollowsWhatWasRevertedToAndDeleted() throws Exception {
        var story = VolumeStory.open();
        var id = story.created("disk", 7);
        var image = new Image();
        image.obey(asked(id, "root"));
        image.obey(asked(id, "left"));
        image.obey(askedToRevert(id, "root"));
        image.obey(asked(id, "right"));

        var tree = given().get(path(id)).jsonPath();
        assertThat(tree.getList("items.name")).containsExactly("root", "left", "right");
        assertThat(tree.getList("items.current")).containsExactly(false, false, true);
        var root = tree.getString("items[0].id");
        assertThat(tree.getList("items.parent")).containsExactly(null, root, root);
        assertThat(tree.getList("items[0].children")).hasSize(2);

        image.obey(askedToDelete(id, "root"));
        var rest = given().get(path(id)).jsonPath();
        assertThat(rest.getList("items.name")).containsExactly("left", "right");
        assertThat(rest.getList("items.parent")).containsExactly(null, null);
        given().get(path(id) + "/root")
                .then()
                .statusCode(404)
                .body("code", equalTo("snapshot-not-found"));
        given().get(path(id) + "/right").then().statusCode(200).body("current", equalTo(true));
        assertThat(story.events(UUID.fromString(root), 2))
                .containsExactly("snapshot.created.v1", "snapshot.deleted.v1");
        story.deleted(id);
        assertThat(story.events(UUID.fromString(rest.getString("items[0].id")), 2))
                .endsWith("snapshot.deleted.v1");
    }

    @Test
    void whatIsAskedAtOnceIsDoneInThatOrder() {
        var story = VolumeStory.open();
        var create = story.creating("disk", MIB);
        var id = volumeOf(create);
        var take = asked(id, "before");
        var grow =
                accepted(
                        given().contentType("application/json")
                                .body(Map.of("capacity", 5 * MIB))
                                .post("/v1/volumes/" + id + "/resize"));
        var revert = askedToRevert(id, "before");
        var forget = askedToDelete(id, "before");
        var delete = accepted(given().delete("/v1/volumes/" + id));

        stage.answer(create, new Result.VolumeCreated(id, file("disk", MIB, 7)));
        var image = new Image();
        image.obey(take);
        image.obey(grow);
        assertThat(story.reserved()).isEqualTo(5 * MIB);
        image.obey(revert);
        assertThat(volume(id).getLong("capacity")).isEqualTo(MIB);
        assertThat(story.reserved()).isEqualTo(MIB);
        image.obey(forget);
        stage.answer(stage.take(delete), new Result.VolumeDeleted(id));
        assertThat(end(delete).getString("state")).isEqualTo("succeeded");
    }

    @Test
    void whatBuildsOnOneThatCouldNotBeTakenFailsAndNothingElse() throws Exception {
        var story = VolumeStory.open();
        var id = story.created("disk", 7);
        var take = stage.take(asked(id, "before"));
        var revert = askedToRevert(id, "before");
        var other = asked(id, "other");
        var snapshot = given().get(path(id) + "/before").jsonPath().getString("id");

        stage.fail(take, ProblemCode.STORAGE_FULL);

        failed(take.operation(), "storage-full");
        failed(revert, "dependency-failed");
        assertThat(stage.commands(revert)).isEmpty();
        new Image().obey(other);
        assertThat(given().get(path(id)).jsonPath().getList("items.name")).containsExactly("other");
        assertThat(story.events(UUID.fromString(snapshot), 1))
                .containsExactly("snapshot.failed.v1");
    }

    @Test
    void whatOthersBuildOnIsNotReverted() {
        var story = VolumeStory.open();
        var id = story.created("disk", 7);
        var image = new Image();
        image.obey(asked(id, "before"));
        story.refreshed(with(MIB, image.snapshots), file("child", MIB, 8, "disk"));

        given().post(path(id) + "/before/revert")
                .then()
                .statusCode(409)
                .body("code", equalTo("volume-has-children"));
    }

    @Test
    void revertingPromisesTheCapacityThatComesBack() {
        var story = VolumeStory.open();
        var id = story.created("disk", 7);
        var image = new Image();
        image.capacity = 80 * MIB;
        image.obey(asked(id, "large"));
        image.capacity = MIB;
        image.obey(asked(id, "small"));
        story.created("other", 50 * MIB, 8);

        given().post(path(id) + "/large/revert")
                .then()
                .statusCode(507)
                .body("code", equalTo("pool-full"));
        assertThat(story.reserved()).isEqualTo(51 * MIB);
    }

    @Test
    void aScanAdoptsThoseThatOthersTookAndNotesThatTheyAreGone() {
        var story = VolumeStory.open();
        var id = story.created("disk", 7);
        var theirs =
                new SnapshotFacts("1", "theirs", Instant.parse("2026-11-23T12:00:00.5Z"), MIB, 0);

        story.refreshed(with(MIB, List.of(theirs)));
        story.refreshed(with(MIB, List.of(theirs)));
        assertThat(given().get(path(id)).jsonPath().getList("items.name"))
                .containsExactly("theirs");

        story.refreshed(with(MIB, List.of()));
        assertThat(given().get(path(id)).jsonPath().getList("items")).isEmpty();

        story.deleted(id);
        story.refreshed(with(MIB, List.of(theirs)));
        var adopted = given().get("/v1/volumes/" + story.pool() + ":disk").jsonPath();
        assertThat(
                        given().get(path(UUID.fromString(adopted.getString("id"))))
                                .jsonPath()
                                .getList("items.name"))
                .containsExactly("theirs");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/b", "..", "new\nline"})
    void aNameThatIsNoneIsRefused(String name) {
        var id = VolumeStory.open().created("disk", 7);

        post(id, Map.of("name", name))
                .then()
                .statusCode(422)
                .body("code", equalTo("invalid-request"));
    }

    @Test
    void whatCannotBeIsRefusedAndChangesNothing() {
        var story = VolumeStory.open();
        var id = story.created("disk", 7);
        new Image().obey(asked(id, "once"));

        post(id, Map.of("name", "once")).then().statusCode(409).body("code", equalTo("name-taken"));
        post(id, Map.of("description", "x")).then().statusCode(422);
        given().delete(path(id) + "/never").then().statusCode(404);
        given().post(path(id) + "/never/revert").then().statusCode(404);
        given().get(path(UUID.randomUUID())).then().statusCode(404);
        assertThat(given().get(path(id)).jsonPath().getList("items")).hasSize(1);
        assertThat(volume(id).getLong("generation")).isEqualTo(2);
    }
}
