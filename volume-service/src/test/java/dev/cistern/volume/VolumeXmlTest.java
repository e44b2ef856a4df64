package dev.cistern.volume;

import static dev.cistern.volume.VolumeStory.MIB;
import static dev.cistern.volume.VolumeStory.accepted;
import static dev.cistern.volume.VolumeStory.end;
import static dev.cistern.volume.VolumeStory.file;
import static dev.cistern.volume.VolumeStory.volumeOf;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.CommandMessage;
import dev.cistern.common.message.FileFacts;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.message.Permissions;
import dev.cistern.common.message.Result;
import dev.cistern.partner.Servers;
import dev.cistern.partner.Stage;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.xml.XmlPath;
import io.restassured.response.Response;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Volumes in libvirt's words. */
@QuarkusTest
@QuarkusTestResource(Servers.class)
final class VolumeXmlTest {
    /** As virsh vol-dumpxml writes it, and two elements that nobody knows. */
    private static final String DUMPED =
            """
            <volume type='file'>
              <name>web1.qcow2</name>
              <key>/elsewhere/web1.qcow2</key>
              <capacity unit='MiB'>2</capacity>
              <allocation unit='bytes'>204800</allocation>
              <physical unit='bytes'>197120</physical>
              <target>
                <path>/elsewhere/web1.qcow2</path>
                <format type='qcow2'/>
                <permissions>
                  <mode>0640</mode>
                  <owner>107</owner>
                  <group>108</group>
                  <label>system_u:object_r:virt_image_t:s0</label>
                </permissions>
                <compat>1.1</compat>
                <clusterSize unit='KiB'>128</clusterSize>
                <features>
                  <lazy_refcounts/>
                  <extended_l2/>
                </features>
                <nocow/>
              </target>
              <ours:note xmlns:ours='urn:example'>kept</ours:note>
            </volume>
            """;

    private final Stage stage = Stage.shared();

    @AfterAll
    static void allIsWell() {
        Aftermath.check();
    }

    private static Response post(VolumeStory story, String xml) {
        return given().contentType("application/xml")
                .body(xml)
                .post("/v1/volumes?pool=" + story.pool());
    }

    private static String xml(UUID volume) {
        return given().accept("application/xml").get("/v1/volumes/" + volume).asString();
    }

    private static String ofTarget(String format, String more) {
        return "<volume><name>a</name><capacity>1</capacity><target><format type='%s'/>%s</target></volume>"
                .formatted(format, more);
    }

    private void created(CommandMessage message, ImageOptions options) {
        var command = (Command.CreateVolume) message.command();
        var bare = file(command.name(), command.capacity(), 7);
        stage.answer(
                message,
                new Result.VolumeCreated(
                        volumeOf(message),
                        new FileFacts(
                                bare.name(),
                                command.format(),
                                bare.capacity(),
                                bare.allocation(),
                                null,
                                null,
                                7,
                                bare.size(),
                                bare.modified(),
                                command.permissions(),
                                null,
                                List.of(),
                                options,
                                null)));
        end(message.operation());
    }

    @Test
    void whatLibvirtDumpsIsCreatedAndComesBackWithAllThatItHad() {
        var story = VolumeStory.open();
        var create = stage.take(accepted(post(story, DUMPED)));
        var command = (Command.CreateVolume) create.command();
        assertThat(command.name()).isEqualTo("web1.qcow2");
        assertThat(command.format()).isEqualTo("qcow2");
        assertThat(command.capacity()).isEqualTo(2 * MIB);
        assertThat(command.permissions()).isEqualTo(new Permissions(107, 108, 0640));
        assertThat(command.options())
                .isEqualTo(new ImageOptions(null, "1.1", 131_072, true, true, null, null));

        created(create, new ImageOptions(null, "1.1", 131_072, true, true, "zlib", 16));

        var written = xml(volumeOf(create));
        var document = XmlPath.from(written);
        assertThat(document.getString("volume.key"))
                .isEqualTo("/pools/" + story.pool() + "/web1.qcow2");
        assertThat(document.getString("volume.capacity")).isEqualTo("2097152");
        assertThat(document.getString("volume.capacity.@unit")).isEqualTo("bytes");
        assertThat(document.getString("volume.allocation")).isEqualTo("196608");
        assertThat(document.getString("volume.target.format.@type")).isEqualTo("qcow2");
        assertThat(document.getString("volume.target.permissions.mode")).isEqualTo("0640");
        assertThat(document.getString("volume.target.clusterSize")).isEqualTo("131072");
        assertThat(written)
                .contains("<lazy_refcounts/>", "<extended_l2/>", "<nocow/>", ">kept</ours:note>")
                .contains("<label>system_u:object_r:virt_image_t:s0</label>");
    }

    @Test
    void oneThatWasFoundTellsItsVersion() {
        var story = VolumeStory.open();
        var bare = file("old", MIB, 7, "base");
        story.refreshed(
                new FileFacts(
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
                        null,
                        List.of(),
                        new ImageOptions(null, "0.10", 65_536, false, false, "zlib", 16),
                        null));
        var id = given().get("/v1/volumes/" + story.pool() + ":old").jsonPath().getString("id");

        var document = XmlPath.from(xml(UUID.fromString(id)));

        assertThat(document.getString("volume.target.compat")).isEqualTo("0.10");
        assertThat(document.getString("volume.backingStore.path"))
                .isEqualTo("/pools/" + story.pool() + "/base");
        assertThat(document.getString("volume.backingStore.format.@type")).isEqualTo("raw");
    }

    @ParameterizedTest
    @CsvSource({
        "'', falloc",
        "<allocation>0</allocation>,",
        "<allocation unit='K'>1</allocation>, falloc",
        "<allocation>511</allocation>,"
    })
    void aRawVolumeIsAllocatedAsInLibvirt(String allocation, String mode) {
        var story = VolumeStory.open();
        var create =
                stage.take(
                        accepted(
                                post(
                                        story,
                                        "<volume><name>a</name><capacity>512</capacity>%s</volume>"
                                                .formatted(allocation))));

        assertThat(((Command.CreateVolume) create.command()).options().preallocation())
                .isEqualTo(mode);
        created(create, ImageOptions.USUAL);
    }

    @Test
    void whatIsNoneOrCannotBeIsRefused() {
        var story = VolumeStory.open();
        for (var xml :
                List.of(
                        "<pool/>",
                        "<volume/>",
                        "<volume><name>a</name></volume>",
                        "<volume><capacity>1</capacity></volume>",
                        "<volume><name>a</name><capacity>1.5</capacity></volume>",
                        "<volume><name>a</name><capacity unit='parsec'>1</capacity></volume>",
                        "<volume><name>a</name><capacity unit='E'>99</capacity></volume>",
                        "<volume><name>../a</name><capacity>1</capacity></volume>",
                        ofTarget("qcow2", "<compat>2.0</compat>"),
                        ofTarget("qcow2", "<clusterSize unit='T'>1</clusterSize>"),
                        ofTarget("qcow2", "<encryption format='luks'/>"),
                        ofTarget("qcow2", "<encryption format='qcow'/>"),
                        ofTarget(
                                "raw",
                                "<encryption format='luks'><secret type='passphrase' usage='x'/></encryption>"),
                        ofTarget("qcow2", "<permissions><mode>9</mode></permissions>"))) {
            post(story, xml).then().statusCode(422).body("code", equalTo("invalid-request"));
        }
        for (var xml :
                List.of(
                        "<volume type='block'><name>a</name><capacity>1</capacity></volume>",
                        ofTarget("qed", ""))) {
            post(story, xml).then().statusCode(422).body("code", equalTo("unsupported"));
        }
        post(story, "<!DOCTYPE a [<!ENTITY b 'c'>]><volume>&b;</volume>")
                .then()
                .statusCode(400)
                .body("code", equalTo("malformed-request"));
        given().contentType("application/xml")
                .body(DUMPED)
                .post("/v1/volumes")
                .then()
                .statusCode(422);
        assertThat(story.reserved()).isZero();
    }
}
