package dev.cistern.pool.xml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.cistern.common.message.Permissions;
import dev.cistern.partner.Libvirtd;
import dev.cistern.pool.Pool;
import dev.cistern.pool.PoolDefinition;
import dev.cistern.pool.PoolSource;
import dev.cistern.pool.SpaceRules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What libvirt makes of our XML is what it makes of the XML that we were given. */
class LibvirtXmlTest {
    private static final Path FIXTURES = Path.of("src/test/resources/libvirt");

    /** Their drivers are in no package of Debian's. */
    private static final Set<String> NOT_IN_LIBVIRTD = Set.of("sheepdog", "vstorage");

    @TempDir private static Path folder;
    private static Libvirtd libvirtd;

    @BeforeAll
    static void start() throws Exception {
        libvirtd = Libvirtd.start(folder);
    }

    @AfterAll
    static void stop() {
        if (libvirtd != null) {
            libvirtd.close();
        }
    }

    static List<String> fixtures() throws IOException {
        try (var files = Files.list(FIXTURES)) {
            var names =
                    files.map(file -> file.getFileName().toString().replace(".xml", ""))
                            .sorted()
                            .toList();
            assertThat(names).hasSizeGreaterThanOrEqualTo(30);
            return names;
        }
    }

    private static String given(String fixture) throws IOException {
        var xml = Files.readString(FIXTURES.resolve(fixture + ".xml"));
        return xml.contains("<uuid>")
                ? xml
                : xml.replace(
                        "</name>\n  <",
                        "</name>\n  <uuid>%s</uuid>\n  <".formatted(UUID.randomUUID()));
    }

    private static Pool pool(String xml) {
        var definition = PoolXml.read(xml);
        return new Pool(
                Objects.requireNonNullElseGet(definition.id(), UUID::randomUUID),
                "default",
                definition);
    }

    /** What libvirt writes of a pool that it was given. */
    private static String dumped(String name, String xml) throws Exception {
        var file = Files.writeString(folder.resolve("pool.xml"), xml);
        var run =
                libvirtd.run(
                        "pool-define %1$s; pool-dumpxml --inactive %2$s; pool-undefine %2$s"
                                .formatted(file, name));
        assertThat(run.status()).as("libvirt says %s of %s", run.output(), xml).isZero();
        return run.output()
                .substring(run.output().indexOf("<pool"), run.output().indexOf("</pool>") + 7);
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void whatWeWriteMeansTheSameToLibvirt(String fixture) throws Exception {
        var given = given(fixture);
        if (NOT_IN_LIBVIRTD.contains(fixture)) {
            var once = PoolXml.write(pool(given));
            assertThat(PoolXml.write(pool(once))).isEqualTo(once);
            abort("Debian's libvirtd has no pools of type " + fixture);
        }
        var name = "cistern-" + fixture;
        var libvirts = dumped(name, given);

        assertThat(dumped(name, PoolXml.write(pool(given)))).isEqualTo(libvirts);
        assertThat(dumped(name, PoolXml.write(pool(libvirts)))).isEqualTo(libvirts);
    }

    static Stream<PoolDefinition> byArguments() {
        return Stream.of(
                definition("dir", PoolSource.NONE, Permissions.POOL_DEFAULT, null),
                definition("dir", PoolSource.NONE, new Permissions(0, -1, 0750), "label"),
                definition(
                        "fs",
                        new PoolSource(null, "/dev/sdz", null, "xfs", null, List.of("noatime")),
                        Permissions.POOL_DEFAULT,
                        null),
                definition(
                        "netfs",
                        new PoolSource("nas", null, "/e", "nfs", "4.2", List.of("sync", "hard")),
                        new Permissions(-1, -1, 0777),
                        null));
    }

    private static PoolDefinition definition(
            String type, PoolSource source, Permissions permissions, @Nullable String label) {
        return new PoolDefinition(
                UUID.randomUUID(),
                "cistern-by-arguments",
                type,
                "/mnt/by-arguments",
                source,
                null,
                permissions,
                label,
                false,
                SpaceRules.DEFAULT,
                null);
    }

    @ParameterizedTest
    @MethodSource("byArguments")
    void libvirtTakesWhatWasDefinedByArguments(PoolDefinition definition) throws Exception {
        var pool = new Pool(Objects.requireNonNull(definition.id()), "default", definition);

        var libvirts = PoolXml.read(dumped(definition.name(), PoolXml.write(pool)));

        assertThat(libvirts.source()).isEqualTo(definition.source());
        assertThat(libvirts.path()).isEqualTo(definition.path());
        assertThat(libvirts.label()).isEqualTo(definition.label());
        assertThat(libvirts.permissions()).isEqualTo(definition.permissions());
    }
}
