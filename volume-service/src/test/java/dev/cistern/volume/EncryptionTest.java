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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
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
                        .encrypted(new ImageEncryption("luks", null)),
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
        story.refreshed(encrypted("found", 7));
        var id =
                UUID.fromString(
                        given().get("/v1/volumes/" + story.pool() + ":found")
                                .jsonPath()
                                .getString("id"));

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
