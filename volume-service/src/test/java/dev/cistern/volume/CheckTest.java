package dev.cistern.volume;

import static dev.cistern.volume.VolumeStory.MIB;
import static dev.cistern.volume.VolumeStory.accepted;
import static dev.cistern.volume.VolumeStory.conditions;
import static dev.cistern.volume.VolumeStory.end;
import static dev.cistern.volume.VolumeStory.file;
import static dev.cistern.volume.VolumeStory.volume;
import static dev.cistern.volume.VolumeStory.volumeOf;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.cistern.common.message.CheckFigures;
import dev.cistern.common.message.Command;
import dev.cistern.common.message.CommandMessage;
import dev.cistern.common.message.Result;
import dev.cistern.partner.Servers;
import dev.cistern.partner.Stage;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks and repairs, and images that are asked to be other than usual. */
@QuarkusTest
@QuarkusTestResource(Servers.class)
final class CheckTest {
    private final Stage stage = Stage.shared();

    @AfterAll
    static void allIsWell() {
        Aftermath.check();
    }

    private static UUID repair(UUID volume, Map<String, ?> body) {
        return accepted(
                given().contentType("application/json")
                        .body(body)
                        .post("/v1/volumes/" + volume + "/repair"));
    }

    private void answer(CommandMessage command, long corruptions, long leaks) {
        var report =
                new CheckFigures(corruptions, leaks, 0, 0, 0, 393_216, 16, 2, 1, 0, List.of("why"));
        stage.answer(
                command, new Result.VolumeChecked(volumeOf(command), file("disk", MIB, 7), report));
    }

    private UUID corrupt(VolumeStory story) {
        var id = story.created("disk", 7);
        var check = stage.take(accepted(given().post("/v1/volumes/" + id + "/check")));
        answer(check, 3, 1);
        end(check.operation());
        assertThat(conditions(id)).containsExactly("corrupt");
        return id;
    }

    private void replaced(UUID id, String verb, Map<String, ?> body) {
        var message =
                stage.take(
                        accepted(
                                given().contentType("application/json")
                                        .body(body)
                                        .post("/v1/volumes/" + id + "/" + verb)));
        stage.answer(message, new Result.VolumeChanged(id, file("disk", MIB, 8)));
        end(message.operation());
    }

    /** The check was of what is not there any more. */
    @Test
    void corruptionGoesWithTheContentThatHadIt() {
        var uploaded = corrupt(VolumeStory.open());
        replaced(uploaded, "transfers", Map.of("direction", "upload", "size", MIB));
        assertThat(conditions(uploaded)).isEmpty();
        assertThat(volume(uploaded).getMap("lastCheck")).isNull();

        var converted = corrupt(VolumeStory.open());
        replaced(converted, "convert", Map.of("format", "qcow2", "clusterSize", 131_072));
        assertThat(conditions(converted)).isEmpty();
    }

    @Test
    void corruptionIsAConditionUntilItIsRepaired() throws Exception {
        var story = VolumeStory.open();
        var id = story.created("disk", 7);

        var check = stage.take(accepted(given().post("/v1/volumes/" + id + "/check")));
        assertThat(((Command.CheckVolume) check.command()).repair()).isEqualTo(Command.Repair.NONE);
        answer(check, 3, 1);

        assertThat(end(check.operation()).getLong("result.report.corruptions")).isEqualTo(3);
        assertThat(conditions(id)).containsExactly("corrupt");
        assertThat(volume(id).getLong("lastCheck.leaks")).isEqualTo(1);

        var repair = stage.take(repair(id, Map.of()));
        assertThat(((Command.CheckVolume) repair.command()).repair()).isEqualTo(Command.Repair.ALL);
        answer(repair, 0, 0);
        end(repair.operation());
        assertThat(conditions(id)).isEmpty();
        assertThat(story.events(id, 3))
                .containsExactly("volume.created.v1", "volume.checked.v1", "volume.repaired.v1");
    }

    @Test
    void leaksAloneAreNoCorruption() {
        var story = VolumeStory.open();
        var id = story.created("disk", 7);

        var repair = stage.take(repair(id, Map.of("what", "leaks")));
        assertThat(((Command.CheckVolume) repair.command()).repair())
                .isEqualTo(Command.Repair.LEAKS);
        answer(repair, 0, 5);
        end(repair.operation());

        assertThat(conditions(id)).isEmpty();
        given().contentType("application/json")
                .body(Map.of("what", "everything"))
                .post("/v1/volumes/" + id + "/repair")
                .then()
                .statusCode(422);
    }

    @Test
    void optionsReachTheWorker() {
        var story = VolumeStory.open();
        var asked =
                accepted(
                        story.post(
                                Map.of(
                                        "preallocation",
                                        "full",
                                        "clusterSize",
                                        131_072,
                                        "extendedL2",
                                        true,
                                        "compressionType",
                                        "zstd",
                                        "refcountBits",
                                        1)));

        var create = stage.take(asked);
        var options = ((Command.CreateVolume) create.command()).options();

        assertThat(options.preallocation()).isEqualTo("full");
        assertThat(options.clusterSize()).isEqualTo(131_072);
        assertThat(options.extendedL2()).isTrue();
        assertThat(options.compressionType()).isEqualTo("zstd");
        assertThat(options.refcountBits()).isEqualTo(1);
        stage.answer(create, new Result.VolumeCreated(volumeOf(create), file("disk", MIB, 7)));
        end(asked);
    }

    @ParameterizedTest
    @ValueSource(strings = {"monolithicFlat", "twoGbMaxExtentSparse", "twoGbMaxExtentFlat"})
    void everySubformatOfVmdkReachesTheWorker(String subformat) {
        var story = VolumeStory.open();
        var flat = subformat.endsWith("Flat");
        var asked =
                VolumeStory.accepted(
                        story.post(
                                Map.of(
                                        "format",
                                        "vmdk",
                                        "subformat",
                                        subformat,
                                        "preallocation",
                                        flat ? "falloc" : "off")));

        var create = stage.take(asked);
        var options = ((Command.CreateVolume) create.command()).options();

        assertThat(options.subformat()).isEqualTo(subformat);
        assertThat(options.takesSpace()).isEqualTo(flat);
        stage.answer(create, new Result.VolumeCreated(volumeOf(create), file("disk", MIB, 7)));
        end(asked);
    }

    @Test
    void optionsThatCannotBeAreRefused() {
        var story = VolumeStory.open();
        for (var options :
                List.<Map<String, ?>>of(
                        Map.of("preallocation", "some"),
                        Map.of("adapterType", "ide"),
                        Map.of("format", "vmdk", "clusterSize", 65_536),
                        Map.of("format", "vmdk", "adapterType", "nvme"),
                        Map.of("format", "vmdk", "hardwareVersion", "x"),
                        Map.of("format", "vmdk", "preallocation", "full"),
                        Map.of(
                                "format",
                                "vmdk",
                                "subformat",
                                "monolithicFlat",
                                "preallocation",
                                "metadata"),
                        Map.of(
                                "format",
                                "vmdk",
                                "subformat",
                                "twoGbMaxExtentSparse",
                                "capacity",
                                1L << 43,
                                "name",
                                "large"),
                        Map.of("format", "raw", "preallocation", "metadata"),
                        Map.of("format", "raw", "clusterSize", 65_536),
                        Map.of("clusterSize", 1000),
                        Map.of("clusterSize", 4 << 20),
                        Map.of("clusterSize", -512),
                        Map.of("extendedL2", true, "clusterSize", 8192),
                        Map.of("compat", "0.10", "lazyRefcounts", true),
                        Map.of("compat", "0.10", "refcountBits", 8),
                        Map.of("refcountBits", 24),
                        Map.of("refcountBits", 0),
                        Map.of("compressionType", "lz4"),
                        Map.of("clusterSize", 512, "capacity", 1L << 40))) {
            story.post(options).then().statusCode(422).body("code", equalTo("invalid-request"));
        }
        assertThat(story.reserved()).isZero();
    }
}
