package dev.cistern.pool;

import static dev.cistern.pool.PoolStory.defineXml;
import static dev.cistern.pool.PoolStory.newName;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.cistern.partner.Rows;
import dev.cistern.partner.Servers;
import dev.cistern.partner.Stage;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(Servers.class)
final class XmlDefinitionTest {
    @AfterAll
    static void allIsWell() {
        Aftermath.check();
    }

    /** As libvirt writes it into /etc/libvirt/storage. */
    private static String xml(String name, UUID id, String path) {
        return """
        <!--
        WARNING: THIS IS AN AUTO-GENERATED FILE. CHANGES TO IT ARE LIKELY TO BE
        OVERWRITTEN AND LOST. Changes to this xml configuration should be made using:
          virsh pool-edit %1$s
        or other application using the libvirt API.
        -->

        <pool type='dir'>
          <name>%1$s</name>
          <uuid>%2$s</uuid>
          <capacity unit='bytes'>0</capacity>
          <allocation unit='bytes'>0</allocation>
          <available unit='bytes'>0</available>
          <source>
          </source>
          <target>
            <path>%3$s</path>
          </target>
        </pool>
        """
                .formatted(name, id, path);
    }

    @Test
    void libvirtsOwnFileIsTakenAsItIs() {
        var name = newName();
        var id = UUID.randomUUID();

        defineXml(xml(name, id, "/var/lib/libvirt/images"))
                .then()
                .statusCode(201)
                .body("id", equalTo(id.toString()))
                .body("path", equalTo("/var/lib/libvirt/images"))
                .body("capacity", equalTo(0));
    }

    @Test
    void whatIsUnknownInXmlComesBack() {
        var name = newName();
        defineXml(
                        """
                        <pool type='netfs' xmlns:fs='http://libvirt.org/schemas/storagepool/fs/1.0'>
                          <name>%s</name>
                          <features><cow state='yes'/></features>
                          <source><host name='nas'/><dir path='/exp'/><format type='nfs'/></source>
                          <target><path>/mnt/nas</path></target>
                          <fs:mount_opts><fs:option name='sync'/></fs:mount_opts>
                          <!-- a note -->
                          <of-later a='1'>text</of-later>
                        </pool>
                        """
                                .formatted(name))
                .then()
                .statusCode(201)
                .body("type", equalTo("netfs"));

        var once = given().accept("application/xml").get("/v1/pools/" + name).asString();
        assertThat(once)
                .contains("<cow state=\"yes\"/>", "<host name=\"nas\"/>", "<!-- a note -->")
                .contains("xmlns:fs=\"http://libvirt.org/schemas/storagepool/fs/1.0\"")
                .contains("<fs:option name=\"sync\"/>", "<of-later a=\"1\">text</of-later>");
        defineXml(once).then().statusCode(201);
        assertThat(given().accept("application/xml").get("/v1/pools/" + name).asString())
                .isEqualTo(once);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "<pool",
                "no xml",
                "<domain type='kvm'><name>x</name></domain>",
                "<pool><name>x</name></pool>",
                "<pool type='dir'><target><path>/x</path></target></pool>",
                "<pool type='dir'><name>x</name><uuid>1234</uuid><target><path>/x</path></target></pool>",
                "<pool type='dir'><name>x</name><target><path>/x</path><permissions><mode>77777</mode></permissions></target></pool>",
                "<pool type='dir'><name>x</name><target><path>/x</path><permissions><owner>-5</owner></permissions></target></pool>",
                "<!DOCTYPE pool [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><pool type='dir'><name>&e;</name><target><path>/x</path></target></pool>",
                "<!DOCTYPE pool SYSTEM 'http://127.0.0.1/x.dtd'><pool type='dir'><name>x</name><target><path>/x</path></target></pool>"
            })
    void xmlThatIsNoPoolIsRefused(String xml) {
        assertThat(defineXml(xml).statusCode()).isBetween(400, 422);
        assertThat(Rows.number("select count(*) from pool.pool where name = 'x'")).isZero();
    }

    @Test
    void xmlThatWouldExhaustTheReaderIsRefused() {
        var deep = "<a>".repeat(100_000) + "</a>".repeat(100_000);
        var pool = "<pool type='dir'><name>x</name><target><path>/x</path></target>%s</pool>";

        assertThat(defineXml(pool.formatted(deep)).statusCode()).isEqualTo(400);
        assertThat(defineXml(pool.formatted(" ".repeat(1 << 20))).statusCode()).isEqualTo(400);
    }

    @Test
    void xmlAsDeepAsItMayBeComesBack() {
        var name = newName();
        var deep = "<a>".repeat(90) + "</a>".repeat(90);
        defineXml(
                        "<pool type='dir'><name>%s</name><target><path>/x</path></target>%s</pool>"
                                .formatted(name, deep))
                .then()
                .statusCode(201);

        assertThat(given().accept("application/xml").get("/v1/pools/" + name).asString())
                .contains("<a/>");
    }

    @Test
    void xmlLeavesAloneWhatItHasNoWordsFor() {
        var pool = PoolStory.defined(Map.of("limit", 5000, "autostart", true, "overcommit", 3));

        defineXml(xml(pool.name(), pool.id(), "/srv/else"))
                .then()
                .statusCode(201)
                .body("path", equalTo("/srv/else"))
                .body("limit", equalTo(5000))
                .body("overcommit", equalTo(3.0f))
                .body("autostart", equalTo(true))
                .body("node", equalTo(Stage.GROUP));
    }
}
