package dev.cistern.volume;

import static dev.cistern.volume.VolumeStory.MIB;
import static dev.cistern.volume.VolumeStory.accepted;
import static dev.cistern.volume.VolumeStory.end;
import static dev.cistern.volume.VolumeStory.file;
import static dev.cistern.volume.VolumeStory.volume;
import static dev.cistern.volume.VolumeStory.volumeOf;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import dev.cistern.common.message.CloneStrategy;
import dev.cistern.common.message.Command;
import dev.cistern.common.message.FileFacts;
import dev.cistern.common.message.ImageEncryption;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.message.Result;
import dev.cistern.partner.Servers;
import dev.cistern.partner.Stage;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.xml.XmlPath;
import io.restassured.response.Response;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Volumes whose content is encrypted: who knows with which secret, and who does not. */
@QuarkusTest
@QuarkusTestResource(Servers.class)
final class EncryptionTest {
    private static final ImageEncryption DB = new ImageEncryption("luks", "db");

    private final Stage stage = Stage.shared();

    @AfterAll
    static void allIsWell() {
        Aftermath.check();
    }

    /** As a worker sees one, which does not see with which secret. */
    private static FileFacts encrypted(String name, long inode) {
        return encrypted(name, "luks", inode);
    }

    private static FileFacts encrypted(String name, String format, long inode) {
        var bare = file(name, MIB, inode);
        return new FileFacts(
                bare.name(),
                bare.format(),
                bare.capacity(),
                bare.allocation(),
                null,
                null,
                inode,
                bare.size(),
                bare.modified(),
                bare.permissions(),
                null,
                List.of(),
                new ImageOptions(null, "1.1", 65_536, false, false, "zlib", 16)
                        .encrypted(new ImageEncryption(format, null)),
                null);
    }

    private UUID created(VolumeStory story, String name) {
        var create =
                stage.take(
                        accepted(
                                story.post(
                                        Map.of(
                                                "name",
                                                name,
                                                "encryption",
                                                Map.of("format", "luks", "secret", "db")))));
        assertThat(((Command.CreateVolume) create.command()).options().encryption()).isEqualTo(DB);
        stage.answer(create, new Result.VolumeCreated(volumeOf(create), encrypted(name, 7)));
        end(create.operation());
        return volumeOf(create);
    }

    private static void requireSecret(UUID volume, String secret) {
        assertThat(volume(volume).getMap("encryption"))
                .isEqualTo(Map.of("format", "luks", "secret", secret));
    }

    @Test
    void aVolumeTellsItsSecretAndEachCommandOnIt() {
        var story = VolumeStory.open();
        var id = created(story, "disk");
        requireSecret(id, "db");

        var resize =
                stage.take(
                        accepted(
                                given().contentType("application/json")
                                        .body(Map.of("capacity", 2 * MIB))
                                        .post("/v1/volumes/" + id + "/resize")));

        assertThat(((Command.ResizeVolume) resize.command()).image().secret()).isEqualTo("db");
        stage.answer(resize, new Result.VolumeChanged(id, encrypted("disk", 7)));
        end(resize.operation());
        story.refreshed(encrypted("disk", 7));
        requireSecret(id, "db");
        story.deleted(id);
    }

    private Command.CloneVolume clone(UUID source, Map<String, ?> more, FileFacts file) {
        var body = new HashMap<String, Object>(more);
        body.put("name", file.name());
        var message =
                stage.take(
                        accepted(
                                given().contentType("application/json")
                                        .body(body)
                                        .post("/v1/volumes/" + source + "/clone")));
        var command = (Command.CloneVolume) message.command();
        stage.answer(message, new Result.VolumeCloned(volumeOf(message), file, CloneStrategy.FULL));
        end(message.operation());
        return command;
    }

    @Test
    void aCloneIsEncryptedAsItsSourceUnlessItIsOfAnotherFormat() {
        var story = VolumeStory.open();
        var id = created(story, "base");

        var copy = clone(id, Map.of("strategy", "full"), encrypted("copy", 8));
        assertThat(copy.shape()).isNull();
        requireSecret(copy.volumeId(), "db");
        var link = clone(id, Map.of("strategy", "linked"), encrypted("link", 9));
        assertThat(Objects.requireNonNull(link.shape()).options().encryption()).isEqualTo(DB);
        requireSecret(link.volumeId(), "db");
        var larger = clone(id, Map.of("capacity", 2 * MIB), encrypted("larger", 10));
        assertThat(Objects.requireNonNull(larger.shape()).options().encryption()).isEqualTo(DB);
        assertThat(larger.source().image().secret()).isEqualTo("db");
        var other =
                clone(
                        id,
                        Map.of("encryption", Map.of("format", "luks", "secret", "other")),
                        encrypted("other", 11));
        requireSecret(other.volumeId(), "other");
        var clear = clone(id, Map.of("format", "raw"), file("clear", MIB, 12));
        assertThat(Objects.requireNonNull(clear.shape()).options().encryption()).isNull();
        assertThat(volume(clear.volumeId()).getMap("encryption")).isNull();
    }

    @Test
    void aVolumeIsConvertedIntoTheClearAndBack() {
        var story = VolumeStory.open();
        var id = created(story, "disk");
        convert(id, Map.of("format", "raw"), file("disk", MIB, 8));
        assertThat(volume(id).getMap("encryption")).isNull();

        var command =
                convert(
                        id,
                        Map.of(
                                "format",
                                "qcow2",
                                "encryption",
                                Map.of("format", "luks", "secret", "new")),
                        encrypted("disk", 9));

        assertThat(command.options().encryption()).isEqualTo(new ImageEncryption("luks", "new"));
        assertThat(command.image().secret()).isNull();
        requireSecret(id, "new");
    }

    private Command.ConvertVolume convert(UUID id, Map<String, ?> body, FileFacts file) {
        var message =
                stage.take(
                        accepted(
                                given().contentType("application/json")
                                        .body(body)
                                        .post("/v1/volumes/" + id + "/convert")));
        stage.answer(message, new Result.VolumeChanged(id, file));
        end(message.operation());
        return (Command.ConvertVolume) message.command();
    }

    @Test
    void oneThatWasFoundHasNoSecretAndIsOnlyCopied() {
        var story = VolumeStory.open();
        var id = found(story, encrypted("found", 7));

        assertThat(volume(id).getMap("encryption")).isEqualTo(Map.of("format", "luks"));
        for (var body :
                List.of(
                        Map.of("name", "x", "strategy", "linked"),
                        Map.of("name", "x", "format", "raw"))) {
            given().contentType("application/json")
                    .body(body)
                    .post("/v1/volumes/" + id + "/clone")
                    .then()
                    .statusCode(409)
                    .body("code", equalTo("secret-unavailable"));
        }
        assertThat(clone(id, Map.of("strategy", "full"), encrypted("copy", 8)).shape()).isNull();
    }

    private static UUID found(VolumeStory story, FileFacts file) {
        story.refreshed(file);
        return UUID.fromString(
                given().get("/v1/volumes/" + story.pool() + ":" + file.name())
                        .jsonPath()
                        .getString("id"));
    }

    private static Response named(UUID volume, @Nullable String secret) {
        var encryption = new HashMap<String, @Nullable String>();
        encryption.put("secret", secret);
        return given().contentType("application/json")
                .body(Map.of("encryption", encryption))
                .patch("/v1/volumes/" + volume);
    }

    @Test
    void oneThatWasFoundIsClonedAndConvertedOnceItsSecretIsNamed() {
        var story = VolumeStory.open();
        var id = found(story, encrypted("found", 7));

        named(id, "db")
                .then()
                .statusCode(200)
                .body("encryption.format", equalTo("luks"))
                .body("encryption.secret", equalTo("db"));

        var clear = clone(id, Map.of("format", "raw"), file("clear", MIB, 8));
        assertThat(clear.source().image().secret()).isEqualTo("db");
        var link = clone(id, Map.of("strategy", "linked"), encrypted("link", 9));
        assertThat(Objects.requireNonNull(link.shape()).options().encryption()).isEqualTo(DB);
        story.refreshed(encrypted("found", 7), file("clear", MIB, 8), encrypted("link", 9));
        requireSecret(id, "db");
        var other = found(story, encrypted("other", 10));
        named(other, "db").then().statusCode(200);
        var convert =
                convert(
                        other,
                        Map.of("format", "qcow2", "clusterSize", 131_072),
                        encrypted("other", 11));
        assertThat(convert.image().secret()).isEqualTo("db");
        assertThat(convert.options().encryption()).isEqualTo(DB);
    }

    private void upload(UUID id, FileFacts file) {
        var message =
                stage.take(
                        accepted(
                                given().contentType("application/json")
                                        .body(Map.of("direction", "upload", "size", MIB))
                                        .post("/v1/volumes/" + id + "/transfers")));
        stage.answer(message, new Result.VolumeChanged(id, file));
        end(message.operation());
    }

    @Test
    void whatIsUploadedIsEncryptedAsItIs() {
        var story = VolumeStory.open();
        var id = created(story, "disk");

        upload(id, encrypted("disk", 8));
        requireSecret(id, "db");
        upload(id, file("disk", MIB, 9));
        assertThat(volume(id).getMap("encryption")).isNull();
        upload(id, encrypted("disk", "aes", 10));
        assertThat(volume(id).getMap("encryption")).isEqualTo(Map.of("format", "aes"));
    }

    /** QEMU's older way is read only. */
    @Test
    void whatIsMadeOfLegacyEncryptionIsLuks() {
        var story = VolumeStory.open();
        var id = found(story, encrypted("found", "aes", 7));
        named(id, "db").then().statusCode(200);

        var copy = clone(id, Map.of("strategy", "full"), encrypted("copy", "aes", 8));
        assertThat(copy.shape()).isNull();
        assertThat(volume(copy.volumeId()).getMap("encryption"))
                .isEqualTo(Map.of("format", "aes", "secret", "db"));
        var larger = clone(id, Map.of("capacity", 2 * MIB), encrypted("larger", 9));
        assertThat(Objects.requireNonNull(larger.shape()).options().encryption()).isEqualTo(DB);
        requireSecret(larger.volumeId(), "db");
        var convert = convert(id, Map.of("format", "qcow2"), encrypted("found", 10));
        assertThat(convert.options().encryption()).isEqualTo(DB);
        requireSecret(id, "db");
    }

    @Test
    void theNameOfASecretIsChangedAndForgotten() throws Exception {
        var story = VolumeStory.open();
        var id = created(story, "disk");

        named(id, "other").then().statusCode(200).body("encryption.secret", equalTo("other"));
        given().contentType("application/json")
                .body(Map.of("description", "of the bank"))
                .patch("/v1/volumes/" + id)
                .then()
                .statusCode(200)
                .body("encryption.secret", equalTo("other"));
        named(id, null).then().statusCode(200).body("encryption.secret", nullValue());

        assertThat(story.events(id, 4))
                .containsExactly(
                        "volume.created.v1",
                        "volume.updated.v1",
                        "volume.updated.v1",
                        "volume.updated.v1");
    }

    @Test
    void onlyWhatIsEncryptedHasASecretAndOnlyOneThatCanBe() {
        var story = VolumeStory.open();
        var plain = story.created("plain", 7);
        var disk = created(story, "disk");

        named(plain, "db").then().statusCode(422).body("code", equalTo("invalid-request"));
        named(disk, "../db").then().statusCode(422).body("code", equalTo("invalid-request"));
        requireSecret(disk, "db");
    }

    @ParameterizedTest
    @CsvSource({
        "raw,luks,db",
        "vmdk,luks,db",
        "qcow2,aes,db",
        "qcow2,luks,",
        "qcow2,luks,../db",
        "qcow2,luks,.db",
        "qcow2,luks,''"
    })
    void whatCannotBeEncryptedSoIsRefused(String format, String as, String secret) {
        var encryption = new HashMap<String, String>();
        encryption.put("format", as);
        encryption.put("secret", secret);

        VolumeStory.open()
                .post(Map.of("format", format, "encryption", encryption))
                .then()
                .statusCode(422)
                .body("code", equalTo("invalid-request"));
    }

    @ParameterizedTest
    @CsvSource({"uuid,6e4a7c9e-3f3b-4a9e-8d3f-0c2c7d3f2b11", "usage,db"})
    void libvirtsXmlNamesTheSecretBothWays(String attribute, String secret) {
        var story = VolumeStory.open();
        var create =
                stage.take(
                        accepted(
                                given().contentType("application/xml")
                                        .body(
                                                "<volume><name>disk</name><capacity>1048576</capacity><target><format type='qcow2'/><encryption format='luks'><secret type='passphrase' %s='%s'/></encryption></target></volume>"
                                                        .formatted(attribute, secret))
                                        .post("/v1/volumes?pool=" + story.pool())));
        assertThat(((Command.CreateVolume) create.command()).options().encryption())
                .isEqualTo(new ImageEncryption("luks", secret));
        stage.answer(create, new Result.VolumeCreated(volumeOf(create), encrypted("disk", 7)));
        end(create.operation());

        var written =
                XmlPath.from(
                        given().accept("application/xml")
                                .get("/v1/volumes/" + volumeOf(create))
                                .asString());

        assertThat(written.getString("volume.target.encryption.@format")).isEqualTo("luks");
        assertThat(written.getString("volume.target.encryption.secret.@type"))
                .isEqualTo("passphrase");
        assertThat(written.getString("volume.target.encryption.secret.@" + attribute))
                .isEqualTo(secret);
    }
}
