package dev.cistern.volume;

import static dev.cistern.volume.VolumeStory.MIB;
import static dev.cistern.volume.VolumeStory.accepted;
import static dev.cistern.volume.VolumeStory.conditions;
import static dev.cistern.volume.VolumeStory.end;
import static dev.cistern.volume.VolumeStory.failed;
import static dev.cistern.volume.VolumeStory.file;
import static dev.cistern.volume.VolumeStory.state;
import static dev.cistern.volume.VolumeStory.volumeOf;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import dev.cistern.common.message.CloneStrategy;
import dev.cistern.common.message.Command;
import dev.cistern.common.message.CommandMessage;
import dev.cistern.common.message.FileFacts;
import dev.cistern.common.message.Lane;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.partner.Rows;
import dev.cistern.partner.Servers;
import dev.cistern.partner.Stage;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Clones, and volumes that build on others. */
@QuarkusTest
@QuarkusTestResource(Servers.class)
final class ChainsTest {
    private final Stage stage = Stage.shared();

    @AfterAll
    static void allIsWell() {
        Aftermath.check();
    }

    private static UUID asked(UUID source, String name, String strategy) {
        return accepted(
                given().contentType("application/json")
                        .body(Map.of("name", name, "strategy", strategy))
                        .post("/v1/volumes/" + source + "/clone"));
    }

    private CommandMessage cloning(UUID source, String name, String strategy) {
        return stage.take(asked(source, name, strategy));
    }

    private UUID cloned(UUID source, String name, FileFacts file, CloneStrategy used) {
        var command = cloning(source, name, used.text());
        stage.answer(command, new Result.VolumeCloned(volumeOf(command), file, used));
        assertThat(end(command.operation()).getString("state")).isEqualTo("succeeded");
        return volumeOf(command);
    }

    private UUID linked(UUID source, String base, String name, long inode) {
        return cloned(source, name, file(name, MIB, inode, base), CloneStrategy.LINKED);
    }

    private static String lane(UUID operation) {
        return Rows.text("select lane from volume.operation where id = ?", operation);
    }

    @Test
    void aCloneIsAVolumeOfItsOwn() throws Exception {
        var story = VolumeStory.open();
        var base = story.created("base", 7);

        var message = cloning(base, "copy", "best");
        var command = (Command.CloneVolume) message.command();
        assertThat(command.source().volumeId()).isEqualTo(base);
        assertThat(command.source().image().name()).isEqualTo("base");
        assertThat(command.source().image().inode()).isEqualTo(7);
        assertThat(command.format()).isEqualTo("qcow2");
        assertThat(state(command.volumeId())).isEqualTo("creating");
        assertThat(story.reserved()).isEqualTo(2 * MIB);
        assertThat(lane(message.operation())).isEqualTo(Lane.BULK.name());
        var result =
                new Result.VolumeCloned(
                        command.volumeId(), file("copy", MIB, 8), CloneStrategy.REFLINK);
        stage.answer(message, result);
        stage.answer(Stage.attempt(message, 2), result);

        assertThat(end(message.operation()).getString("result.strategy")).isEqualTo("reflink");
        assertThat(state(command.volumeId())).isEqualTo("available");
        assertThat(story.reserved()).isEqualTo(2 * MIB);
        assertThat(story.events(command.volumeId(), 1)).containsExactly("volume.created.v1");
        var again = asked(base, "copy2", "best");
        assertThat(lane(again)).isEqualTo(Lane.METADATA.name());
        stage.fail(stage.take(again), ProblemCode.STORAGE_FULL);
        failed(again, "storage-full");
        assertThat(story.reserved()).isEqualTo(2 * MIB);
    }

    @Test
    void aVolumeThatOthersBuildOnIsNotDeleted() throws Exception {
        var story = VolumeStory.open();
        var base = story.created("base", 7);
        var child = linked(base, "base", "child", 8);
        var grandchild = linked(child, "/pools/" + story.pool() + "/child", "grandchild", 9);

        given().delete("/v1/volumes/" + base)
                .then()
                .statusCode(409)
                .body("code", equalTo("volume-has-children"))
                .body("children", contains("child"));
        given().get("/v1/volumes/" + child + "/graph")
                .then()
                .statusCode(200)
                .body("volume.id", equalTo(child.toString()))
                .body("volume.base", equalTo(base.toString()))
                .body("depth", equalTo(2))
                .body("below.name", contains("base"))
                .body("above.name", contains("grandchild"))
                .body("above.base", contains(child.toString()))
                .body("missingBase", nullValue());
        assertThat(conditions(grandchild)).isEmpty();

        story.deleted(grandchild);
        story.deleted(child);
        story.deleted(base);
    }

    @Test
    void childrenAndTheirBaseAreDeletedInARow() {
        var story = VolumeStory.open();
        var base = story.created("base", 7);
        var child = linked(base, "base", "child", 8);

        var first = accepted(given().delete("/v1/volumes/" + child));
        var second = accepted(given().delete("/v1/volumes/" + base));
        assertThat(VolumeStory.operation(second).getString("state")).isEqualTo("waiting");
        stage.answer(stage.take(first), new Result.VolumeDeleted(child));
        end(first);
        stage.answer(stage.take(second), new Result.VolumeDeleted(base));

        assertThat(end(second).getString("state")).isEqualTo("succeeded");
    }

    @Test
    void aBaseStaysWhenTheDeletionOfItsChildFails() {
        var story = VolumeStory.open();
        var base = story.created("base", 7);
        var child = linked(base, "base", "child", 8);

        var first = accepted(given().delete("/v1/volumes/" + child));
        var second = accepted(given().delete("/v1/volumes/" + base));
        stage.fail(stage.take(first), ProblemCode.VOLUME_IN_USE);

        failed(second, "volume-has-children");
        assertThat(state(base)).isEqualTo("available");
    }

    @Test
    void aVolumeWhoseBaseIsNotThereSaysSo() {
        var story = VolumeStory.open();
        story.refreshed(file("orphan", MIB, 5, "gone"), file("outside", MIB, 6, "/etc/base"));
        var orphan =
                UUID.fromString(
                        given().get("/v1/volumes/" + story.pool() + ":orphan")
                                .jsonPath()
                                .getString("id"));

        assertThat(conditions(orphan)).containsExactly("base-missing");
        given().get("/v1/volumes/" + orphan + "/graph")
                .then()
                .body("missingBase", equalTo("gone"))
                .body("below.size()", equalTo(0));
        story.refreshed(
                file("orphan", MIB, 5, "gone"),
                file("outside", MIB, 6, "/etc/base"),
                file("gone", MIB, 7));
        assertThat(conditions(orphan)).isEmpty();
        given().get("/v1/volumes/" + story.pool() + ":outside")
                .then()
                .body("conditions", contains("base-missing"));
    }

    private static UUID work(UUID volume, String verb) {
        return accepted(given().post("/v1/volumes/" + volume + "/" + verb));
    }

    @Test
    void aFlatVolumeBuildsOnNone() throws Exception {
        var story = VolumeStory.open();
        var base = story.created("base", 7);
        var child = linked(base, "base", "child", 8);

        var flatten = stage.take(work(child, "flatten"));
        assertThat(flatten.command()).isInstanceOf(Command.FlattenVolume.class);
        assertThat(lane(flatten.operation())).isEqualTo(Lane.BULK.name());
        stage.answer(flatten, new Result.VolumeChanged(child, file("child", MIB, 8)));

        assertThat(end(flatten.operation()).getString("state")).isEqualTo("succeeded");
        assertThat(story.events(child, 2)).contains("volume.flattened.v1");
        story.deleted(base);
    }

    @Test
    void aCommitChangesBothVolumes() throws Exception {
        var story = VolumeStory.open();
        var base = story.created("base", 7);
        var child = linked(base, "base", "child", 8);

        var commit = stage.take(work(child, "commit"));
        var command = (Command.CommitVolume) commit.command();
        assertThat(command.baseId()).isEqualTo(base);
        assertThat(command.base().name()).isEqualTo("base");
        stage.answer(
                commit,
                new Result.VolumeCommitted(
                        child, file("child", MIB, 8, "base"), base, file("base", 2 * MIB, 7)));

        assertThat(end(commit.operation()).getString("result.baseId")).isEqualTo(base.toString());
        assertThat(VolumeStory.volume(base).getLong("capacity")).isEqualTo(2 * MIB);
        assertThat(story.reserved()).isEqualTo(3 * MIB);
        assertThat(story.events(child, 2)).contains("volume.committed.v1");
        assertThat(story.events(base, 2)).contains("volume.changed.v1");
    }

    @Test
    void nothingIsCommittedIntoABaseOfOthers() {
        var story = VolumeStory.open();
        var base = story.created("base", 7);
        var child = linked(base, "base", "child", 8);
        linked(base, "base", "other", 9);

        given().post("/v1/volumes/" + child + "/commit")
                .then()
                .statusCode(409)
                .body("code", equalTo("volume-has-children"))
                .body("children", contains("other"));
        given().post("/v1/volumes/" + base + "/commit")
                .then()
                .statusCode(409)
                .body("code", equalTo("volume-state"));
    }

    private static ValidatableResponse preflight(UUID volume, Map<String, ?> body) {
        return given().contentType("application/json")
                .body(body)
                .post("/v1/volumes/" + volume + "/preflight")
                .then();
    }

    @Test
    void aPreflightTellsAndChangesNothing() {
        var story = VolumeStory.open();
        var base = story.created("base", 7);
        var child = linked(base, "base", "child", 8);
        var operations = Rows.number("select count(*) from volume.operation");

        preflight(base, Map.of("verb", "delete"))
                .statusCode(200)
                .body("accepted", equalTo(false))
                .body("problem.code", equalTo("volume-has-children"))
                .body("children", contains("child"))
                .body("promised", equalTo((int) (2 * MIB)))
                .body("allowed", equalTo((int) (100 * MIB)));
        preflight(child, Map.of("verb", "clone", "name", "copy"))
                .body("accepted", equalTo(true))
                .body("waits", equalTo(false));
        preflight(child, Map.of("verb", "clone", "name", "base"))
                .body("problem.code", equalTo("name-taken"));
        preflight(child, Map.of("verb", "rename", "name", "other")).body("accepted", equalTo(true));
        preflight(child, Map.of("verb", "convert", "format", "raw"))
                .body("accepted", equalTo(true));
        preflight(base, Map.of("verb", "convert", "format", "raw"))
                .body("problem.code", equalTo("volume-has-children"));
        preflight(child, Map.of("verb", "clone", "name", "copy", "snapshot", "none"))
                .body("problem.code", equalTo("snapshot-not-found"));
        preflight(child, Map.of("verb", "dance")).statusCode(422);
        for (var verb : List.of("compact", "wipe", "flatten")) {
            preflight(child, Map.of("verb", verb)).body("accepted", equalTo(true));
        }
        preflight(child, Map.of("verb", "resize")).body("problem.code", equalTo("invalid-request"));
        preflight(child, Map.of("verb", "resize", "capacity", 100 * MIB))
                .body("problem.code", equalTo("pool-full"));
        preflight(child, Map.of("verb", "resize", "capacity", 9 * MIB))
                .body("accepted", equalTo(true));

        assertThat(Rows.number("select count(*) from volume.operation")).isEqualTo(operations);
        assertThat(story.reserved()).isEqualTo(2 * MIB);
        story.created("copy", 9);
        var asked = asked(base, "busy", "full");
        preflight(base, Map.of("verb", "delete")).body("accepted", equalTo(false));
        preflight(child, Map.of("verb", "delete"))
                .body("accepted", equalTo(true))
                .body("operations.size()", equalTo(0));
        stage.fail(stage.take(asked), ProblemCode.STORAGE_FULL);
        failed(asked, "storage-full");
    }

    @Test
    void aChainThatGoesRoundIsToldOfAsFarAsItGoes() {
        var story = VolumeStory.open();
        story.refreshed(file("a", MIB, 5, "b"), file("b", MIB, 6, "a"));

        given().get("/v1/volumes/" + story.pool() + ":a/graph")
                .then()
                .statusCode(200)
                .body("above.name", contains("b"));
    }

    @Test
    void aChainHasAnEnd() {
        var story = VolumeStory.open();
        var below = story.created("v1", 1);
        for (var depth = 2; depth <= 4; depth++) {
            below = linked(below, "v" + (depth - 1), "v" + depth, depth);
        }

        given().contentType("application/json")
                .body(Map.of("name", "v5", "strategy", "linked"))
                .post("/v1/volumes/" + below + "/clone")
                .then()
                .statusCode(409)
                .body("code", equalTo("chain-too-deep"))
                .body("allowed", equalTo(4));
        assertThat(story.reserved()).isEqualTo(4 * MIB);
    }

    @Test
    void aCloneOfWhatIsNeverCreatedFailsWithThat() {
        var story = VolumeStory.open();
        var create = story.creating("base", MIB);
        var clone = asked(volumeOf(create), "copy", "full");
        assertThat(VolumeStory.operation(clone).getString("state")).isEqualTo("waiting");

        stage.fail(create, ProblemCode.STORAGE_FULL);

        failed(clone, "dependency-failed");
        assertThat(end(clone).getString("problem.dependsOn"))
                .isEqualTo(create.operation().toString());
        assertThat(story.reserved()).isZero();
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        var story = VolumeStory.open();
        var base = story.created("base", 7);
        var elsewhere = VolumeStory.open(100 * MIB, Stage.ASLEEP);
        refused(base, Map.of("name", "base"), 409, "name-taken");
        refused(base, Map.of("name", "../x"), 422, "invalid-request");
        refused(base, Map.of("strategy", "full"), 422, "invalid-request");
        refused(base, Map.of("name", "x", "strategy", "magic"), 422, "invalid-request");
        refused(base, Map.of("name", "x", "pool", "nowhere"), 404, "pool-not-found");
        refused(base, Map.of("name", "x", "pool", elsewhere.pool()), 422, "unsupported");
        refused(UUID.randomUUID(), Map.of("name", "x"), 404, "volume-not-found");
        var big = story.created("big", 98 * MIB, 9);
        refused(big, Map.of("name", "x"), 507, "pool-full");
        assertThat(story.reserved()).isEqualTo(99 * MIB);
    }

    private static void refused(UUID source, Map<String, ?> body, int status, String code) {
        given().contentType("application/json")
                .body(body)
                .post("/v1/volumes/" + source + "/clone")
                .then()
                .statusCode(status)
                .body("code", equalTo(code));
    }
}
