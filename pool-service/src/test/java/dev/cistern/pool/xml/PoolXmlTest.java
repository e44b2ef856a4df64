package dev.cistern.pool.xml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.common.message.Permissions;
import dev.cistern.common.message.PoolFigures;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.pool.Pool;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PoolXmlTest {
    /** As libvirt writes it to its own folder. */
    private static final String DEFAULT_XML =
            """
            <!--
            WARNING: THIS IS AN AUTO-GENERATED FILE. CHANGES TO IT ARE LIKELY TO BE
            OVERWRITTEN AND LOST. Changes to this xml configuration should be made using:
              virsh pool-edit default
            or other application using the libvirt API.
            -->

            <pool type='dir'>
              <name>default</name>
              <uuid>5d1b4c1e-9d47-4c4b-8a45-2f1f5cf0c1aa</uuid>
              <capacity unit='bytes'>0</capacity>
              <allocation unit='bytes'>0</allocation>
              <available unit='bytes'>0</available>
              <source>
              </source>
              <target>
                <path>/var/lib/libvirt/images</path>
                <permissions>
                  <mode>0755</mode>
                  <owner>0</owner>
                  <group>7</group>
                  <label>system_u:object_r:virt_image_t:s0</label>
                </permissions>
              </target>
            </pool>
            """;

    private static Pool pool(String xml) {
        var definition = PoolXml.read(xml);
        return new Pool(Objects.requireNonNull(definition.id()), "default", definition);
    }

    @Test
    void readsWhatLibvirtWrites() {
        var definition = PoolXml.read(DEFAULT_XML);

        assertThat(definition.name()).isEqualTo("default");
        assertThat(definition.id())
                .isEqualTo(UUID.fromString("5d1b4c1e-9d47-4c4b-8a45-2f1f5cf0c1aa"));
        assertThat(definition.type()).isEqualTo("dir");
        assertThat(definition.path()).isEqualTo("/var/lib/libvirt/images");
        assertThat(definition.permissions()).isEqualTo(new Permissions(0, 7, 0755));
        assertThat(definition.label()).isEqualTo("system_u:object_r:virt_image_t:s0");
    }

    @Test
    void writesItBackWithTheFiguresOfNow() {
        var pool = pool(DEFAULT_XML);
        pool.measured(new PoolFigures(1000, 400, 600));

        var xml = PoolXml.write(pool);

        assertThat(xml)
                .startsWith("<pool type=\"dir\">")
                .contains("<capacity unit=\"bytes\">1000</capacity>")
                .contains("<allocation unit=\"bytes\">400</allocation>")
                .contains("<available unit=\"bytes\">600</available>")
                .contains("\n    <path>/var/lib/libvirt/images</path>");
        assertThat(PoolXml.read(xml))
                .usingRecursiveComparison()
                .ignoringFields("xml")
                .isEqualTo(PoolXml.read(DEFAULT_XML));
    }

    @Test
    void keepsWhatItDoesNotKnow() {
        var xml =
                PoolXml.write(
                        pool(
                                """
                                <pool type='netfs' xmlns:fs='http://libvirt.org/schemas/storagepool/fs/1.0'>
                                  <name>nfs</name>
                                  <uuid>5d1b4c1e-9d47-4c4b-8a45-2f1f5cf0c1aa</uuid>
                                  <features><cow state='yes'/></features>
                                  <source>
                                    <host name='server' port='2049'/>
                                    <dir path='/export'/>
                                    <format type='nfs'/>
                                    <protocol ver='4.2'/>
                                  </source>
                                  <target><path>/mnt/nfs</path></target>
                                  <fs:mount_opts><fs:option name='sync'/></fs:mount_opts>
                                  <later attribute='x'>text</later>
                                </pool>
                                """));

        assertThat(xml)
                .contains("<cow state=\"yes\"/>")
                .contains("<host name=\"server\" port=\"2049\"/>")
                .contains("<protocol ver=\"4.2\"/>")
                .contains("<fs:option name=\"sync\"/>")
                .contains("<later attribute=\"x\">text</later>");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "not xml",
                "<pool type='dir'>",
                "<network><name>x</name></network>",
                "<pool><name>x</name><target><path>/p</path></target></pool>",
                "<pool type='dir'><target><path>/p</path></target></pool>",
                "<pool type='dir'><name>x</name></pool>",
                "<pool type='dir'><name>x</name><target><path>relative</path></target></pool>",
                "<pool type='dir'><name>x</name><target><path>/</path></target></pool>",
                "<pool type='dir'><name>x</name><target><path>/a/..</path></target></pool>",
                "<pool type='dir'><name>a/b</name><target><path>/p</path></target></pool>",
                "<pool type='sheep'><name>x</name><target><path>/p</path></target></pool>",
                "<pool type='dir'><name>x</name><uuid>no</uuid><target><path>/p</path></target></pool>",
                "<pool type='dir'><name>x</name><target><path>/p</path><permissions><mode>9</mode></permissions></target></pool>",
                "<!DOCTYPE pool [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><pool type='dir'><name>&a;</name></pool>",
                "<!DOCTYPE pool [<!ENTITY a 'aaaa'>]><pool type='dir'><name>&a;</name></pool>"
            })
    void refusesWhatIsNoPool(String xml) {
        assertThatThrownBy(() -> PoolXml.read(xml)).isInstanceOf(ProblemException.class);
    }

    @Test
    void refusesWhatIsTooLong() {
        assertThatThrownBy(() -> PoolXml.read("<pool>" + " ".repeat(1 << 20) + "</pool>"))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("longer than");
    }
}
