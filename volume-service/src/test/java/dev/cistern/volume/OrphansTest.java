package dev.cistern.volume;

import static dev.cistern.volume.VolumeStory.FIGURES;
import static dev.cistern.volume.VolumeStory.MIB;
import static dev.cistern.volume.VolumeStory.accepted;
import static dev.cistern.volume.VolumeStory.conditions;
import static dev.cistern.volume.VolumeStory.end;
import static dev.cistern.volume.VolumeStory.file;
import static dev.cistern.volume.VolumeStory.state;
import static dev.cistern.volume.VolumeStory.volume;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.CommandMessage;
import dev.cistern.common.message.FileFacts;
import dev.cistern.common.message.Leftover;
import dev.cistern.common.message.Leftover.Room;
import dev.cistern.common.message.Permissions;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.partner.Servers;
import dev.cistern.partner.Stage;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Volumes and files that do not go together, and what is done about them. */
@QuarkusTest
@QuarkusTestResource(Servers.class)
final class OrphansTest {
    private static final String ORPHANS = "/v1/volumes/orphans";

    private final Stage stage = Stage.shared();

    @AfterAll
    static void allIsWell() {
        Aftermath.check();
    }

    private static JsonPath list(VolumeStory story) {
        return given().get(ORPHANS + "?pool=" + story.pool()).jsonPath();
    }

    private static List<String> kinds(VolumeStory story) {
        return list(story).getList("items.kind");
    }

    private static Response ask(Object id, String verb) {
        return given().post(ORPHANS + "/" + id + "/" + verb);
    }

    private static Response adopt(Object id, Map<String, ?> body) {
        return given().contentType("application/json")
                .body(body)
                .post(ORPHANS + "/" + id + "/adopt");
    }

    private static Leftover leftover(Room room, UUID owner, String name) {
        return new Leftover(room, name, owner, 3 * MIB, MIB, 77, Instant.EPOCH);
    }

    private static Leftover kept(UUID owner) {
        return leftover(Room.KEPT, owner, "kept-" + owner);
    }

    /** A scan finds these leftovers and these files. */
    private void scanned(VolumeStory story, List<Leftover> leftovers, FileFacts... files) {
        var answers = story.refresh();
        var scan = story.scan(answers);
        if (files.length > 0) {
            stage.answer(scan, new Result.PoolScanPage(0, List.of(files)));
        }
        stage.answer(
                scan, new Result.PoolScanned(files.length > 0 ? 1 : 0, FIGURES, null, leftovers));
        assertThat(story.inventoried(answers).problem()).isNull();
    }

    private static UUID only(VolumeStory story) {
        return UUID.fromString(list(story).getString("items[0].id"));
    }

    private CommandMessage taken(Response answer) {
        return stage.take(accepted(answer));
    }

    @Test
    void whatDoesNotGoTogetherIsListed() {
        var story = VolumeStory.open();
        story.created("gone", 1);
        var drifted = story.created("other", 2);
        story.created("torn", 3);
        story.created("fine", 4);
        var torn =
                new FileFacts(
                        "torn",
                        "qcow2",
                        MIB,
                        MIB,
                        null,
                        null,
                        3,
                        MIB,
                        Instant.EPOCH,
                        new Permissions(0, 0, 0600),
                        "the header is cut off");

        scanned(
                story,
                List.of(kept(UUID.randomUUID())),
                file("other", MIB, 9),
                torn,
                file("fine", MIB, 4));

        assertThat(kinds(story)).containsExactly("missing", "drifted", "unreadable", "leftover");
        var first = given().get(ORPHANS + "?limit=2&pool=" + story.pool()).jsonPath();
        assertThat(first.<String>getList("items.kind")).containsExactly("missing", "drifted");
        var rest =
                given().get(
                                ORPHANS
                                        + "?limit=2&pool=%s&cursor=%s"
                                                .formatted(story.pool(), first.getString("next")))
                        .jsonPath();
        assertThat(rest.<String>getList("items.kind")).containsExactly("unreadable", "leftover");
        assertThat(rest.getString("next")).isNull();
        given().get(ORPHANS + "/" + drifted)
                .then()
                .body("path", equalTo("/pools/" + story.pool() + "/other"))
                .body("inode", equalTo(9))
                .body("remedies", equalTo(List.of("adopt", "quarantine")));
    }

    @Test
    void aDriftedVolumeTakesTheFileThatIsThere() throws Exception {
        var story = VolumeStory.open();
        var id = story.created("disk", 7);
        scanned(story, List.of(), file("disk", 5 * MIB, 8));
        adopt(id, Map.of("name", "other"))
                .then()
                .statusCode(422)
                .body("code", equalTo("invalid-request"));

        var command = taken(adopt(id, Map.of()));
        assertThat(command.command())
                .isInstanceOfSatisfying(
                        Command.AdoptFile.class,
                        adopt -> {
                            assertThat(adopt.inode()).isEqualTo(8);
                            assertThat(adopt.generation()).isEqualTo(2);
                            assertThat(adopt.kept()).isNull();
                        });
        stage.answer(command, new Result.VolumeChanged(id, file("disk", 5 * MIB, 8)));

        assertThat(end(command.operation()).getString("state")).isEqualTo("succeeded");
        assertThat(conditions(id)).isEmpty();
        assertThat(volume(id).getLong("capacity")).isEqualTo(5 * MIB);
        assertThat(story.reserved()).isEqualTo(5 * MIB);
        assertThat(story.events(id, 3))
                .containsExactly("volume.created.v1", "volume.drifted.v1", "volume.adopted.v1");
        assertThat(kinds(story)).isEmpty();
        assertThat(story.refreshed(file("disk", 5 * MIB, 8)).drifted()).isZero();
    }

    @Test
    void aVolumeStaysDriftedWhenTheFileIsYetAnotherOne() {
        var story = VolumeStory.open();
        var id = story.created("disk", 7);
        scanned(story, List.of(), file("disk", MIB, 8));

        var command = taken(adopt(id, Map.of()));
        stage.fail(command, ProblemCode.VOLUME_MISSING);

        VolumeStory.failed(command.operation(), "volume-missing");
        assertThat(conditions(id)).containsExactly("drifted");
        assertThat(state(id)).isEqualTo("available");
    }

    @Test
    void aFileIsPutAsideAndComesBackOrGoes() throws Exception {
        var story = VolumeStory.open();
        var id = story.created("disk", 7);
        scanned(story, List.of(), file("disk", 5 * MIB, 8));
        ask(id, "purge")
                .then()
                .statusCode(409)
                .body("code", equalTo("volume-state"))
                .body("detail", containsString("adopted or quarantined"));

        var command = taken(ask(id, "quarantine"));
        assertThat(command.command())
                .isInstanceOfSatisfying(
                        Command.TrashVolume.class,
                        trash -> assertThat(trash.image().inode()).isEqualTo(8));
        stage.answer(command, new Result.VolumeTrashed(id));
        end(command.operation());

        assertThat(state(id)).isEqualTo("trashed");
        assertThat(conditions(id)).containsExactly("quarantined");
        assertThat(kinds(story)).containsExactly("quarantined");
        assertThat(story.reserved()).isEqualTo(5 * MIB);
        scanned(story, List.of(kept(id)));
        assertThat(kinds(story)).containsExactly("quarantined");
        ask(id, "quarantine").then().statusCode(409);

        var back = taken(adopt(id, Map.of("name", "back")));
        assertThat(back.command()).isInstanceOf(Command.RestoreVolume.class);
        stage.answer(back, new Result.VolumeChanged(id, file("back", 5 * MIB, 8)));
        end(back.operation());
        assertThat(state(id)).isEqualTo("available");
        assertThat(kinds(story)).isEmpty();
        assertThat(story.events(id, 4))
                .containsExactly(
                        "volume.created.v1",
                        "volume.drifted.v1",
                        "volume.quarantined.v1",
                        "volume.restored.v1");
        assertThat(story.refreshed(file("back", 5 * MIB, 8)).drifted()).isZero();
    }

    @Test
    void whatWasPutAsideIsPurgedWhenThatIsSaid() {
        var story = VolumeStory.open();
        var id = story.created("disk", 7);
        scanned(story, List.of(), file("disk", MIB, 8));
        var aside = taken(ask(id, "quarantine"));
        stage.answer(aside, new Result.VolumeTrashed(id));
        end(aside.operation());

        var purge = taken(ask(id, "purge"));
        assertThat(purge.command()).isInstanceOf(Command.DeleteVolume.class);
        stage.answer(purge, new Result.VolumeDeleted(id));
        end(purge.operation());

        assertThat(state(id)).isEqualTo("deleted");
        assertThat(story.reserved()).isZero();
        assertThat(kinds(story)).isEmpty();
    }

    @Test
    void aFileThatCannotBePutAsideStays() {
        var story = VolumeStory.open();
        var id = story.created("disk", 7);
        scanned(story, List.of(), file("disk", MIB, 8));

        var command = taken(ask(id, "quarantine"));
        stage.fail(command, ProblemCode.VOLUME_IN_USE);

        VolumeStory.failed(command.operation(), "volume-in-use");
        assertThat(state(id)).isEqualTo("available");
        assertThat(kinds(story)).containsExactly("drifted");
    }

    @Test
    void aMissingVolumeIsPurged() {
        var story = VolumeStory.open();
        var id = story.created("disk", 7);
        scanned(story, List.of());
        adopt(id, Map.of()).then().statusCode(409).body("code", equalTo("volume-state"));

        var purge = taken(ask(id, "purge"));
        stage.answer(purge, new Result.VolumeDeleted(id));
        end(purge.operation());

        assertThat(state(id)).isEqualTo("deleted");
    }

    @Test
    void aFileThatNobodyKnowsBecomesAVolume() throws Exception {
        var story = VolumeStory.open();
        var owner = UUID.randomUUID();
        scanned(story, List.of(kept(owner)));
        var orphan = only(story);
        adopt(orphan, Map.of()).then().statusCode(422).body("detail", containsString("name"));
        adopt(orphan, Map.of("name", "../up")).then().statusCode(422);

        var command = taken(adopt(orphan, Map.of("name", "found")));
        var adopt = (Command.AdoptFile) command.command();
        assertThat(adopt.kept()).isEqualTo("kept-" + owner);
        assertThat(adopt.name()).isEqualTo("found");
        var id = adopt.volumeId();
        stage.answer(command, new Result.VolumeChanged(id, file("found", 5 * MIB, 77)));
        end(command.operation());

        assertThat(state(id)).isEqualTo("available");
        assertThat(volume(id).getString("format")).isEqualTo("qcow2");
        assertThat(story.reserved()).isEqualTo(5 * MIB);
        assertThat(story.events(id, 1)).containsExactly("volume.adopted.v1");
        assertThat(story.events(orphan, 2)).containsExactly("orphan.found.v1", "orphan.adopted.v1");
        assertThat(kinds(story)).isEmpty();
        ask(orphan, "purge").then().statusCode(404).body("code", equalTo("orphan-not-found"));
    }

    @Test
    void aFileThatCannotBeAdoptedLeavesNoVolume() {
        var story = VolumeStory.open();
        scanned(story, List.of(kept(UUID.randomUUID())));
        var orphan = only(story);

        var command = taken(adopt(orphan, Map.of("name", "found")));
        stage.fail(command, ProblemCode.FILE_EXISTS);

        VolumeStory.failed(command.operation(), "file-exists");
        assertThat(story.reserved()).isZero();
        assertThat(kinds(story)).containsExactly("leftover");
        given().get("/v1/volumes/" + story.pool() + ":found").then().statusCode(404);
    }

    @Test
    void theVolumesOfAPoolThatWasForgottenAreKnownByTheirNames() {
        var story = VolumeStory.open();
        var id = story.created("disk", 7);
        var trash = taken(given().delete("/v1/volumes/" + id + "?keep=7d"));
        stage.answer(trash, new Result.VolumeTrashed(id));
        end(trash.operation());
        story.closed(story.closing(2));
        assertThat(story.forget(true).done()).isTrue();
        var opening = story.opened(3, 100 * MIB);
        story.scanned(opening, List.of());
        scanned(story, List.of(kept(id)));

        var command = taken(adopt(only(story), Map.of()));

        assertThat(((Command.AdoptFile) command.command()).name()).isEqualTo("disk");
        stage.fail(command, ProblemCode.VOLUME_MISSING);
        end(command.operation());
    }

    @ParameterizedTest
    @CsvSource({
        "STAGING, 4e52fd0b-8a06-4d4f-a3c7-0b6a3f0f9a11.2",
        "TRASH, 4e52fd0b-8a06-4d4f-a3c7-0b6a3f0f9a11.0"
    })
    void whatAnOperationLeftIsPurged(Room room, String name) throws Exception {
        var story = VolumeStory.open();
        scanned(story, List.of(leftover(room, UUID.randomUUID(), name)));
        var orphan = only(story);
        adopt(orphan, Map.of("name", "disk"))
                .then()
                .statusCode(409)
                .body("detail", containsString("can be purged"));
        ask(orphan, "quarantine").then().statusCode(409);

        var command = taken(ask(orphan, "purge"));
        assertThat(command.command())
                .isInstanceOfSatisfying(
                        Command.PurgeLeftover.class,
                        purge -> assertThat(purge.name()).isEqualTo(name));
        stage.answer(command, new Result.LeftoverPurged());

        assertThat(end(command.operation()).getString("result.orphanId"))
                .isEqualTo(orphan.toString());
        assertThat(story.events(orphan, 2)).containsExactly("orphan.found.v1", "orphan.purged.v1");
    }

    @Test
    void whatOperationsAreAtWorkOnIsNobodysOrphan() {
        var story = VolumeStory.open();
        var create = story.creating("disk", MIB);
        var staged = leftover(Room.STAGING, create.operation(), create.operation() + ".1");

        scanned(story, List.of(staged));
        assertThat(kinds(story)).isEmpty();

        stage.fail(create, ProblemCode.IO_ERROR);
        end(create.operation());
        scanned(story, List.of(staged));
        assertThat(kinds(story)).containsExactly("leftover");
    }

    @Test
    void whatIsNotThereAnyMoreIsNoOrphan() throws Exception {
        var story = VolumeStory.open();
        scanned(story, List.of(kept(UUID.randomUUID())));
        var orphan = only(story);
        scanned(story, List.of());

        assertThat(kinds(story)).isEmpty();
        assertThat(story.events(orphan, 2)).containsExactly("orphan.found.v1", "orphan.gone.v1");
    }

    @ParameterizedTest
    @CsvSource({"nobody", "00000000-0000-0000-0000-000000000000"})
    void whatIsNoOrphanIsRefused(String id) {
        ask(id, "purge").then().statusCode(404).body("code", equalTo("orphan-not-found"));
        given().get(ORPHANS + "/" + id).then().statusCode(404);
        given().get(ORPHANS + "?pool=" + id).then().statusCode(404);
    }
}
