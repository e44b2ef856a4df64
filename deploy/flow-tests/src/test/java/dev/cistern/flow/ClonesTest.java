package dev.cistern.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Volumes that are made of others, and chains of them, as QEMU's tools see the files. */
final class ClonesTest {
    private static final String BASE = "base.qcow2";

    @TempDir static Path data;
    @TempDir static Path folders;
    private static Cistern cistern;

    @BeforeAll
    static void start() throws Exception {
        cistern = OneProcess.on(data);
    }

    @AfterAll
    static void stop() throws Exception {
        cistern.close();
    }

    private static Path pool(String name) throws Exception {
        var folder = Files.createDirectory(folders.resolve(name));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        cistern.startedPool(name, folder, Map.of());
        return folder;
    }

    /** A volume with 3 MiB of data in it. */
    private static void base(String pool, Path folder) throws Exception {
        succeeds(
                cistern.api()
                        .post(
                                "/v1/volumes",
                                Map.of(
                                        "pool",
                                        pool,
                                        "name",
                                        BASE,
                                        "format",
                                        "qcow2",
                                        "capacity",
                                        16 << 20)));
        write(folder.resolve(BASE), "write -P 0x11 1M 3M");
    }

    private static void write(Path image, String command) throws Exception {
        Judge.output(folders, "qemu-io", "-f", "qcow2", "-c", command, image.toString());
    }

    private static JsonNode succeeds(Api.Answer accepted) throws Exception {
        return cistern.api().success("volumes", accepted);
    }

    private static JsonNode clone(String pool, String source, String name, String strategy)
            throws Exception {
        return succeeds(
                cistern.api()
                        .post(
                                path(pool, source) + "/clone",
                                Map.of("name", name, "strategy", strategy)));
    }

    private static String path(String pool, String volume) {
        return "/v1/volumes/" + pool + ":" + volume;
    }

    private static void assertIdentical(Path folder, String one, String other) throws Exception {
        Judge.output(folder, "qemu-img", "compare", one, other);
        Judge.check(folder.resolve(other));
    }

    @Test
    void clonesReadAsTheirSource() throws Exception {
        var folder = pool("ways");
        base("ways", folder);

        for (var strategy : new String[] {"linked", "full", "best"}) {
            clone("ways", BASE, strategy + ".qcow2", strategy);
            assertIdentical(folder, BASE, strategy + ".qcow2");
        }

        assertThat(Judge.info(folder.resolve("linked.qcow2")).path("backing-filename").asText())
                .isEqualTo(BASE);
        assertThat(Judge.info(folder.resolve("full.qcow2")).has("backing-filename")).isFalse();
        write(folder.resolve("full.qcow2"), "write -P 0x22 0 64k");
        write(folder.resolve("linked.qcow2"), "write -P 0x33 0 64k");
        write(folder.resolve(BASE), "read -P 0 0 64k");
    }

    @Test
    void clonesHaveTheFormatThatIsAskedFor() throws Exception {
        var folder = pool("formats");
        base("formats", folder);
        var xml =
                """
                <volume>
                  <name>copy.raw</name><capacity>1</capacity><allocation>0</allocation>
                  <target><format type='raw'/></target>
                </volume>
                """;

        succeeds(
                cistern.api()
                        .post(
                                path("formats", BASE) + "/clone",
                                Map.of(
                                        "name",
                                        "copy.vmdk",
                                        "format",
                                        "vmdk",
                                        "subformat",
                                        "streamOptimized")));
        succeeds(cistern.api().postXml(path("formats", BASE) + "/clone", xml));
        succeeds(
                cistern.api()
                        .post(
                                path("formats", "copy.vmdk") + "/convert",
                                Map.of("format", "qcow2")));

        Judge.output(folder, "qemu-img", "compare", "-F", "raw", BASE, "copy.raw");
        assertIdentical(folder, BASE, "copy.vmdk");
        assertThat(Judge.info(folder.resolve("copy.vmdk")).path("format").asText())
                .isEqualTo("qcow2");
        cistern.api().success("pools", cistern.api().post("/v1/pools/formats/refresh", Map.of()));
        assertThat(cistern.api().all("/v1/volumes?pool=formats"))
                .hasSize(3)
                .allMatch(volume -> volume.path("conditions").isEmpty());
    }

    @Test
    void aFileThatIsNoVolumeIsClonedToo() throws Exception {
        var folder = pool("files");
        Judge.qemuImgCreate(folder, "-f", "qcow2", BASE, "16M");
        write(folder.resolve(BASE), "write -P 0x11 1M 3M");

        for (var strategy : new String[] {"linked", "full", "best"}) {
            succeeds(cloneOfFile(BASE, strategy + ".qcow2", strategy));
            assertIdentical(folder, BASE, strategy + ".qcow2");
        }

        var absent = cistern.api().end("volumes", cloneOfFile("none", "none.qcow2", "full"));
        assertThat(absent.path("problem").path("code").asText()).isEqualTo("file-not-found");
        cistern.api().success("pools", cistern.api().post("/v1/pools/files/refresh", Map.of()));
        assertThat(cistern.api().all("/v1/volumes?pool=files"))
                .hasSize(4)
                .allMatch(volume -> volume.path("conditions").isEmpty());
    }

    private static Api.Answer cloneOfFile(String file, String name, String strategy)
            throws Exception {
        return cistern.api()
                .post(
                        "/v1/volumes/-/clone?file=files:" + file,
                        Map.of("name", name, "strategy", strategy));
    }

    @Test
    void aVolumeIsMadeKeptClonedAndDeletedWithoutWaiting() throws Exception {
        var folder = pool("line");
        var asked = new ArrayList<Api.Answer>();
        asked.add(
                cistern.api()
                        .post(
                                "/v1/volumes",
                                Map.of(
                                        "pool",
                                        "line",
                                        "name",
                                        BASE,
                                        "format",
                                        "qcow2",
                                        "capacity",
                                        16 << 20)));
        asked.add(cistern.api().post(path("line", BASE) + "/snapshots", Map.of("name", "before")));
        asked.add(
                cistern.api()
                        .post(
                                path("line", BASE) + "/clone",
                                Map.of("name", "copy", "snapshot", "before")));
        asked.add(cistern.api().post(path("line", BASE) + "/resize", Map.of("capacity", 20 << 20)));
        asked.add(
                cistern.api()
                        .post(
                                path("line", BASE) + "/clone",
                                Map.of("name", "late", "snapshot", "before")));
        asked.add(cistern.api().delete(path("line", BASE)));

        for (var each : asked) {
            succeeds(each);
        }

        assertThat(PoolFiles.in(folder)).containsExactly("copy", "late");
        for (var clone : new String[] {"copy", "late"}) {
            assertThat(Judge.info(folder.resolve(clone)).path("virtual-size").asLong())
                    .isEqualTo(16 << 20);
            Judge.check(folder.resolve(clone));
        }
    }

    @Test
    void aChainIsSeenKeptAndTakenApart() throws Exception {
        var folder = pool("chain");
        base("chain", folder);
        clone("chain", BASE, "mid.qcow2", "linked");
        write(folder.resolve("mid.qcow2"), "write -P 0x22 4M 1M");
        clone("chain", "mid.qcow2", "top.qcow2", "linked");
        write(folder.resolve("top.qcow2"), "write -P 0x33 5M 1M");
        Judge.output(folder, "qemu-img", "convert", "-O", "raw", "top.qcow2", "../chain-expected");

        var graph = cistern.api().get(path("chain", "mid.qcow2") + "/graph").body();
        assertThat(graph.at("/below/0/name").asText()).isEqualTo(BASE);
        assertThat(graph.at("/above/0/name").asText()).isEqualTo("top.qcow2");
        assertThat(graph.path("depth").asInt()).isEqualTo(2);
        var refused = cistern.api().delete(path("chain", "mid.qcow2"));
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.text("code")).isEqualTo("volume-has-children");

        succeeds(cistern.api().post(path("chain", "top.qcow2") + "/flatten", Map.of()));
        assertThat(Judge.info(folder.resolve("top.qcow2")).has("backing-filename")).isFalse();
        Judge.check(folder.resolve("top.qcow2"));
        Judge.output(folder, "qemu-img", "compare", "top.qcow2", "../chain-expected");

        succeeds(cistern.api().post(path("chain", "mid.qcow2") + "/commit", Map.of()));
        assertIdentical(folder, "mid.qcow2", BASE);
        write(folder.resolve(BASE), "read -P 0x22 4M 1M");

        succeeds(cistern.api().delete(path("chain", "mid.qcow2")));
        succeeds(cistern.api().patch(path("chain", BASE), Map.of("name", "renamed.qcow2")));
        assertThat(PoolFiles.in(folder)).containsExactly("renamed.qcow2", "top.qcow2");
        cistern.api().success("pools", cistern.api().post("/v1/pools/chain/refresh", Map.of()));
        assertThat(cistern.api().all("/v1/volumes?pool=chain"))
                .hasSize(2)
                .allMatch(volume -> volume.path("conditions").isEmpty());
    }

    @Test
    void whatIsBeingWrittenToIsNotCloned() throws Exception {
        var folder = pool("busy");
        base("busy", folder);
        var machine =
                new ProcessBuilder("qemu-io", "-f", "qcow2", folder.resolve(BASE).toString())
                        .redirectErrorStream(true)
                        .start();
        try (var commands = machine.outputWriter();
                var answers = machine.inputReader()) {
            commands.append("length\n").flush();
            assertThat(answers.readLine()).isNotNull();

            var ended =
                    cistern.api()
                            .end(
                                    "volumes",
                                    cistern.api()
                                            .post(
                                                    path("busy", BASE) + "/clone",
                                                    Map.of("name", "copy.qcow2")));

            assertThat(ended.at("/problem/code").asText()).isEqualTo("volume-in-use");
        } finally {
            machine.destroy();
        }
        assertThat(PoolFiles.in(folder)).containsExactly(BASE);
    }

    @Test
    void onXfsACloneSharesItsBlocks() throws Exception {
        try (var mount = LoopMount.xfs(folders)) {
            cistern.startedPool("xfs", mount.folder(), Map.of());
            base("xfs", mount.folder());

            var operation = clone("xfs", BASE, "copy.qcow2", "best");

            assertThat(operation.at("/result/strategy").asText()).isEqualTo("reflink");
            assertIdentical(mount.folder(), BASE, "copy.qcow2");
            assertThat(Judge.output(mount.folder(), "filefrag", "-v", "copy.qcow2"))
                    .contains("shared");
            assertThat(clone("xfs", BASE, "again.qcow2", "reflink").at("/result/strategy").asText())
                    .isEqualTo("reflink");
            cistern.api().success("pools", cistern.api().post("/v1/pools/xfs/stop", Map.of()));
        }
    }
}
