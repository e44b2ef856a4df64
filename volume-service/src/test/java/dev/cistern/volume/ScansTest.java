package dev.cistern.volume;

import static dev.cistern.volume.VolumeStory.FIGURES;
import static dev.cistern.volume.VolumeStory.MIB;
import static dev.cistern.volume.VolumeStory.accepted;
import static dev.cistern.volume.VolumeStory.conditions;
import static dev.cistern.volume.VolumeStory.end;
import static dev.cistern.volume.VolumeStory.file;
import static dev.cistern.volume.VolumeStory.state;
import static dev.cistern.volume.VolumeStory.volume;
import static dev.cistern.volume.VolumeStory.volumeOf;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.FileFacts;
import dev.cistern.common.message.InternalEvent.PoolInventoried;
import dev.cistern.common.message.Permissions;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.partner.Servers;
import dev.cistern.partner.Stage;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What a scan finds, against what is known. */
@QuarkusTest
@QuarkusTestResource(Servers.class)
final class ScansTest {
    private final Stage stage = Stage.shared();
    private UUID lastScan = new UUID(0, 0);

    @AfterAll
    static void allIsWell() {
        Aftermath.check();
    }

    private static UUID named(VolumeStory story, String name) {
        var found = given().get("/v1/volumes/" + story.pool() + ":" + name);
        assertThat(found.statusCode()).isEqualTo(200);
        return UUID.fromString(found.jsonPath().getString("id"));
    }

    @Test
    void aFileWithoutARowIsAdopted() throws Exception {
        var story = VolumeStory.open();

        var stock = story.refreshed(file("overlay", 5 * MIB, 9, "base.raw"));

        assertThat(stock.adopted()).isEqualTo(1);
        assertThat(stock.volumes()).isEqualTo(1);
        assertThat(stock.figures()).isEqualTo(FIGURES);
        var id = named(story, "overlay");
        assertThat(volume(id).getString("backingFile")).isEqualTo("base.raw");
        assertThat(volume(id).getString("backingFormat")).isEqualTo("raw");
        assertThat(volume(id).getString("mode")).isEqualTo("0600");
        assertThat(volume(id).getString("tenant")).isEqualTo("default");
        assertThat(story.events(id, 1)).containsExactly("volume.adopted.v1");
        assertThat(stage.events(id.toString()).getFirst().data().has("oldState")).isFalse();
        assertThat(story.reserved()).isEqualTo(5 * MIB);
        assertThat(story.refreshed(file("overlay", 5 * MIB, 9, "base.raw")).adopted()).isZero();
        story.deleted(id);
    }

    @Test
    void aPartOfAnImageIsNoVolumeOfItsOwn() {
        var story = VolumeStory.open();
        var extent = file("disk-flat.vmdk", MIB, 8);

        var stock = story.refreshed(file("disk.vmdk", MIB, 7), extent.asPartOf("disk.vmdk"));

        assertThat(stock.adopted()).isEqualTo(1);
        assertThat(stock.volumes()).isEqualTo(1);
        assertThat(story.refreshed(file("disk.vmdk", MIB, 7), extent).adopted())
                .as("once no image has it any more")
                .isEqualTo(1);
        story.deleted(named(story, "disk-flat.vmdk"));
        story.deleted(named(story, "disk.vmdk"));
    }

    private static FileFacts growing(String name, long size) {
        return new FileFacts(
                name,
                "raw",
                size,
                size,
                null,
                null,
                9,
                size,
                Instant.EPOCH,
                new Permissions(0, 0, 0600),
                null);
    }

    @Test
    void aLookThatNobodyAskedForAdoptsWhatHasNotChangedSinceTheLastOne() {
        var story = VolumeStory.open();

        assertThat(story.scanned(story.lookedAt(), List.of(growing("copy", 1))).adopted()).isZero();
        assertThat(story.scanned(story.lookedAt(), List.of(growing("copy", 2))).adopted()).isZero();
        assertThat(story.scanned(story.lookedAt(), List.of(growing("copy", 2))).adopted())
                .isEqualTo(1);
        story.deleted(named(story, "copy"));
    }

    @Test
    void aFileThatADifferenceDoesNotNameIsAsItWas() {
        var story = VolumeStory.open();
        var first = story.lookedAt();
        var scan = story.scan(first);
        stage.answer(
                scan, new Result.PoolScanPage(0, List.of(growing("same", 1), growing("gone", 1))));
        stage.answer(scan, new Result.PoolScanned(1, FIGURES));
        assertThat(story.inventoried(first).adopted()).isZero();

        var second = story.lookedAt();
        var next = story.scan(second);
        var basis = ((Command.ScanPool) next.command()).basis();
        assertThat(basis).isEqualTo(scan.operation());
        stage.answer(next, new Result.PoolScanPage(0, List.of(growing("new", 1)), List.of("gone")));
        stage.answer(next, new Result.PoolScanned(1, FIGURES, basis));
        assertThat(story.inventoried(second).adopted()).isEqualTo(1);
        var third = story.refresh();
        var last = story.scan(third);
        stage.answer(last, new Result.PoolScanned(0, FIGURES, next.operation()));

        assertThat(story.inventoried(third).volumes()).isEqualTo(2);
        assertThat(volume(named(story, "same")).getString("state")).isEqualTo("available");
        assertThat(given().get("/v1/volumes/" + story.pool() + ":gone").statusCode())
                .isEqualTo(404);
        story.deleted(named(story, "same"));
        story.deleted(named(story, "new"));
    }

    @Test
    void aDifferenceToAnotherScanIsAskedForWhole() {
        var story = VolumeStory.open();
        var refresh = story.refresh();
        var scan = story.scan(refresh);
        stage.answer(scan, new Result.PoolScanned(0, FIGURES, UUID.randomUUID()));

        var again =
                stage.take(
                        "the scan once more",
                        message ->
                                message.operation().equals(scan.operation())
                                        && message.attempt() > scan.attempt());

        assertThat(((Command.ScanPool) again.command()).basis()).isNull();
        stage.answer(again, new Result.PoolScanned(0, FIGURES));
        assertThat(story.inventoried(refresh).problem()).isNull();
    }

    @Test
    void whatIsGoneIsMissingUntilItIsFoundAgain() throws Exception {
        var story = VolumeStory.open();
        var id = story.created("disk", 7);

        assertThat(story.refreshed().missing()).isEqualTo(1);
        assertThat(conditions(id)).containsExactly("missing");
        assertThat(story.refreshed().missing()).isEqualTo(1);
        assertThat(story.refreshed(file("disk", MIB, 7)).missing()).isZero();

        assertThat(conditions(id)).isEmpty();
        assertThat(story.events(id, 3))
                .containsExactly("volume.created.v1", "volume.missing.v1", "volume.found.v1");
        assertThat(state(id)).isEqualTo("available");
    }

    @Test
    void whatIsAnotherFileHasDriftedUntilItIsTheOldOne() throws Exception {
        var story = VolumeStory.open();
        var id = story.created("disk", 7);
        for (var other :
                List.of(
                        file("disk", MIB, 8),
                        file("disk", 2 * MIB, 7),
                        file("disk", MIB, 7, "base"))) {
            assertThat(story.refreshed(other).drifted()).isEqualTo(1);
            assertThat(conditions(id)).containsExactly("drifted");
            assertThat(volume(id).getLong("capacity")).isEqualTo(MIB);
            assertThat(story.refreshed(file("disk", MIB, 7)).drifted()).isZero();
            assertThat(conditions(id)).isEmpty();
        }
        assertThat(story.events(id, 4).stream().filter("volume.drifted.v1"::equals)).hasSize(3);
    }

    @Test
    void figuresFollowTheFileWithoutAWord() {
        var story = VolumeStory.open();
        var id = story.created("disk", 7);
        var grown =
                new FileFacts(
                        "disk",
                        "qcow2",
                        MIB,
                        999_424,
                        null,
                        null,
                        7,
                        999_424,
                        Instant.EPOCH,
                        new Permissions(5, 6, 0644),
                        "the header's checksum is wrong");

        story.refreshed(grown);

        assertThat(volume(id).getLong("allocation")).isEqualTo(999_424);
        assertThat(volume(id).getString("mode")).isEqualTo("0644");
        assertThat(volume(id).getInt("owner")).isEqualTo(5);
        assertThat(volume(id).getString("fault")).contains("checksum");
        assertThat(conditions(id)).containsExactly("corrupt");
        story.refreshed(file("disk", MIB, 7));
        assertThat(conditions(id)).isEmpty();
    }

    @Test
    void whatChangedAfterTheScanBeganIsNotJudged() throws Exception {
        var story = VolumeStory.open();
        var gone = story.created("gone", 1);
        var answers = story.refresh();
        var scan = story.scan(answers);
        var late = story.created("late", 2);
        story.deleted(gone);

        stage.answer(scan, new Result.PoolScanPage(0, List.of(file("gone", MIB, 1))));
        stage.answer(scan, new Result.PoolScanned(1, FIGURES));

        var stock = story.inventoried(answers);
        assertThat(stock.adopted()).isZero();
        assertThat(stock.missing()).isZero();
        assertThat(conditions(late)).isEmpty();
        assertThat(state(gone)).isEqualTo("deleted");
        assertThat(story.refreshed(file("gone", MIB, 3), file("late", MIB, 2)).adopted())
                .isEqualTo(1);
    }

    @Test
    void aNameThatAVolumeHadWhenTheScanBeganIsNoOtherVolumes() throws Exception {
        var story = VolumeStory.open();
        var id = story.created("disk", 1);
        var answers = story.refresh();
        var scan = story.scan(answers);
        var renaming =
                stage.take(
                        accepted(
                                given().contentType("application/json")
                                        .body(Map.of("name", "web"))
                                        .patch("/v1/volumes/" + id)));
        stage.answer(renaming, new Result.VolumeChanged(id, file("web", MIB, 1)));
        end(renaming.operation());

        stage.answer(scan, new Result.PoolScanPage(0, List.of(file("disk", MIB, 1))));
        stage.answer(scan, new Result.PoolScanned(1, FIGURES));

        assertThat(story.inventoried(answers).adopted()).isZero();
        assertThat(conditions(id)).isEmpty();
        assertThat(story.refreshed(file("disk", MIB, 2), file("web", MIB, 1)).adopted())
                .isEqualTo(1);
    }

    @Test
    void aPlaceThatAVolumeHasLeftSinceTheScanBeganIsNoOtherVolumes() throws Exception {
        var story = VolumeStory.open();
        var id = story.created("disk", 1);
        var answers = story.refresh();
        var scan = story.scan(answers);
        var moving =
                stage.take(
                        accepted(
                                given().contentType("application/json")
                                        .body(Map.of("pool", VolumeStory.open().pool()))
                                        .post("/v1/volumes/" + id + "/move")));
        stage.answer(moving, new Result.VolumeMoved(id, file("disk", MIB, 9)));
        end(moving.operation());

        stage.answer(scan, new Result.PoolScanPage(0, List.of(file("disk", MIB, 1))));
        stage.answer(scan, new Result.PoolScanned(1, FIGURES));

        var stock = story.inventoried(answers);
        assertThat(stock.adopted()).isZero();
        assertThat(stock.volumes()).isZero();
        assertThat(story.refreshed(file("disk", MIB, 2)).adopted()).isEqualTo(1);
    }

    @Test
    void whatIsBeingWorkedOnIsNotJudged() {
        var story = VolumeStory.open();
        var deleting = story.created("deleting", 1);
        var delete = story.deleting(deleting);
        var create = story.creating("creating", MIB);

        var stock = story.refreshed(file("creating", MIB, 5));

        assertThat(stock.adopted()).isZero();
        assertThat(stock.missing()).isZero();
        assertThat(conditions(deleting)).containsExactly("busy");
        stage.fail(delete, ProblemCode.IO_ERROR);
        stage.answer(create, new Result.VolumeCreated(volumeOf(create), file("creating", MIB, 5)));
        end(delete.operation());
        end(create.operation());
        assertThat(story.refreshed(file("creating", MIB, 5)).missing()).isEqualTo(1);
    }

    @Test
    void aScanThatFindsNothingNewJudgesWhatTheOneBeforeLeftAndWhatHasChangedSince() {
        var story = VolumeStory.open();
        var deleting = story.created("deleting", 1);
        var delete = story.deleting(deleting);
        var first = story.scan(story.refresh());
        stage.answer(first, new Result.PoolScanned(0, FIGURES));
        stage.fail(delete, ProblemCode.IO_ERROR);
        end(delete.operation());

        assertThat(nothingNew(story, first.operation()).missing()).isEqualTo(1);
        assertThat(conditions(deleting)).containsExactly("missing");
        story.created("late", 2);
        assertThat(nothingNew(story, lastScan).missing()).isEqualTo(2);
        assertThat(nothingNew(story, lastScan).missing()).isEqualTo(2);
    }

    private PoolInventoried nothingNew(VolumeStory story, UUID basis) {
        var refresh = story.refresh();
        var scan = story.scan(refresh);
        lastScan = scan.operation();
        stage.answer(scan, new Result.PoolScanned(0, FIGURES, basis));
        return story.inventoried(refresh);
    }

    @Test
    void theFileOfAFailedCreationIsAdopted() {
        var story = VolumeStory.open();
        var create = story.creating("disk", MIB);
        stage.fail(create, ProblemCode.FILE_EXISTS);
        VolumeStory.failed(create.operation(), "file-exists");

        assertThat(story.refreshed(file("disk", MIB, 5)).adopted()).isEqualTo(1);

        assertThat(named(story, "disk")).isNotEqualTo(volumeOf(create));
        assertThat(state(volumeOf(create))).isEqualTo("error");
    }

    @Test
    void aScanThatLacksAPageIsDoneAgainAndItsPagesDoNotCount() throws Exception {
        var story = VolumeStory.open();
        var answers = story.refresh();
        var scan = story.scan(answers);
        stage.answer(
                Stage.attempt(scan, 7), new Result.PoolScanPage(0, List.of(file("odd", MIB, 1))));
        stage.answer(Stage.attempt(scan, 7), new Result.PoolScanned(1, FIGURES));
        stage.answer(scan, new Result.PoolScanPage(0, List.of(file("old", MIB, 1))));
        stage.answer(scan, new Result.PoolScanned(2, FIGURES));

        var again = stage.take(scan.operation(), 2);
        stage.answer(scan, new Result.PoolScanPage(1, List.of(file("older", MIB, 2))));
        stage.answer(again, new Result.PoolScanPage(0, List.of(file("new", MIB, 1))));
        stage.answer(scan, new Result.PoolScanned(2, FIGURES));
        stage.answer(again, new Result.PoolScanPage(1, List.of()));
        stage.answer(again, new Result.PoolScanned(2, FIGURES));

        assertThat(story.inventoried(answers).adopted()).isEqualTo(1);
        named(story, "new");
        for (var gone : List.of("odd", "old", "older")) {
            assertThat(given().get("/v1/volumes/%s:%s".formatted(story.pool(), gone)).statusCode())
                    .isEqualTo(404);
        }
    }

    @Test
    void aScanThatFailsIsToldOf() throws Exception {
        var story = VolumeStory.open();
        var answers = story.refresh();

        stage.fail(story.scan(answers), ProblemCode.POOL_INACCESSIBLE);

        var problem = story.inventoried(answers).problem();
        assertThat(Objects.requireNonNull(problem).code()).isEqualTo(ProblemCode.POOL_INACCESSIBLE);
    }

    @Test
    void imagesThatClaimToBeHugeAreCountedAndNeverRefused() {
        var story = VolumeStory.open();
        var huge = Long.MAX_VALUE - 511;

        var stock = story.refreshed(file("a", huge, 1), file("b", huge, 2), file("c", huge, 3));

        assertThat(stock.adopted()).isEqualTo(3);
        var refused = story.post(Map.of()).jsonPath();
        assertThat(refused.getString("code")).isEqualTo("pool-full");
        assertThat(refused.getLong("used")).isEqualTo(Long.MAX_VALUE);
        for (var name : List.of("a", "b", "c")) {
            story.deleted(named(story, name));
        }
        story.created("disk", 4);
        assertThat(story.reserved()).isEqualTo(MIB);
    }
}
