package dev.cistern.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job with everything in one process. */
final class OneProcessTest {
    private static final long MIB = 1 << 20;

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

    private static Path folder(String name) throws IOException {
        var folder = Files.createDirectory(folders.resolve(name));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        return folder;
    }

    @Test
    void refreshAgreesWithQemuImgFileByFile() throws Exception {
        var folder = folder("adopt");
        cistern.startedPool("adopt", folder, Map.of());
        Judge.qemuImgCreate(folder, "-f", "raw", "plain.img", "5M");
        Judge.qemuImgCreate(folder, "-f", "qcow2", "-o", "compat=0.10", "old.qcow2", "1G");
        Judge.qemuImgCreate(folder, "-f", "qcow2", "new.qcow2", "2G");
        Judge.qemuImgCreate(folder, "-f", "qcow2", "-b", "new.qcow2", "-F", "qcow2", "child.qcow2");
        Judge.qemuImgCreate(folder, "-f", "vmdk", "sparse.vmdk", "3G");
        Judge.qemuImgCreate(
                folder, "-f", "vmdk", "-o", "subformat=monolithicFlat", "flat.vmdk", "64M");
        Files.writeString(folder.resolve("notes.txt"), "not a disk\n");
        Files.createDirectory(folder.resolve("sub"));
        Files.writeString(folder.resolve("sub/inner.img"), "x");

        cistern.api().success("pools", cistern.api().post("/v1/pools/adopt/refresh", Map.of()));

        var volumes = byName(cistern.api().all("/v1/volumes?pool=adopt"));
        assertThat(volumes.keySet())
                .containsExactlyInAnyOrder(
                        "plain.img",
                        "old.qcow2",
                        "new.qcow2",
                        "child.qcow2",
                        "sparse.vmdk",
                        "flat.vmdk",
                        "notes.txt");
        for (var volume : volumes.values()) {
            var qemu = Judge.info(folder.resolve(volume.path("name").asText()));
            assertThat(volume.path("format")).as("%s", volume).isEqualTo(qemu.path("format"));
            assertThat(volume.path("capacity").asLong())
                    .as("%s", volume)
                    .isEqualTo(qemu.path("virtual-size").asLong());
            assertThat(volume.path("backingFile").asText(""))
                    .isEqualTo(qemu.path("backing-filename").asText(""));
        }
        assertThat(byName(cistern.api().all("/v1/volumes?pool=adopt&format=vmdk")).keySet())
                .containsExactlyInAnyOrder("sparse.vmdk", "flat.vmdk");
    }

    @Test
    void whatVanishesIsMissingAndWhatIsReplacedHasDrifted() throws Exception {
        var folder = folder("drift");
        cistern.startedPool("drift", folder, Map.of());
        for (var name : List.of("stays", "goes", "swapped")) {
            create("drift", name, "qcow2", MIB);
        }
        Files.delete(folder.resolve("goes"));
        Files.delete(folder.resolve("swapped"));
        Judge.qemuImgCreate(folder, "-f", "qcow2", "swapped", "7M");

        cistern.api().success("pools", cistern.api().post("/v1/pools/drift/refresh", Map.of()));

        var volumes = byName(cistern.api().all("/v1/volumes?pool=drift"));
        assertThat(conditions(volumes, "stays")).isEmpty();
        assertThat(conditions(volumes, "goes")).containsExactly("missing");
        assertThat(conditions(volumes, "swapped")).containsExactly("drifted");
    }

    private static List<String> conditions(Map<String, JsonNode> volumes, String name) {
        var conditions = Objects.requireNonNull(volumes.get(name)).path("conditions");
        return IntStream.range(0, conditions.size())
                .mapToObj(index -> conditions.get(index).asText())
                .toList();
    }

    @Test
    void qemuAndLibvirtAgreeOnWhatWasCreated() throws Exception {
        var folder = folder("created");
        cistern.startedPool("created", folder, Map.of());
        create("created", "a.raw", "raw", 10 * MIB);
        create("created", "b.qcow2", "qcow2", 1000 * MIB);
        create("created", "c.qcow2", "qcow2", 513);

        for (var volume : cistern.api().all("/v1/volumes?pool=created")) {
            var image = folder.resolve(volume.path("name").asText());
            var qemu = Judge.info(image);
            assertThat(volume.path("format")).isEqualTo(qemu.path("format"));
            assertThat(volume.path("capacity").asLong())
                    .isEqualTo(qemu.path("virtual-size").asLong());
            assertThat(volume.path("allocation").asLong())
                    .isEqualTo(qemu.path("actual-size").asLong());
            if ("qcow2".equals(volume.path("format").asText())) {
                Judge.check(image);
            }
        }
        assertThat(Libvirt.volumes(folder("libvirtd"), folder))
                .isEqualTo(
                        byName(cistern.api().all("/v1/volumes?pool=created")).entrySet().stream()
                                .collect(
                                        Collectors.toMap(
                                                Map.Entry::getKey,
                                                entry ->
                                                        entry.getValue()
                                                                .path("capacity")
                                                                .asLong())));
    }

    @Test
    void aQemuOfTheOwnerOpensTheVolume() throws Exception {
        var nobody = 65_534;
        var folder = folder("owned");
        cistern.startedPool("owned", folder, Map.of());
        cistern.api()
                .success(
                        "volumes",
                        cistern.api()
                                .post(
                                        "/v1/volumes",
                                        Map.of(
                                                "pool",
                                                "owned",
                                                "name",
                                                "vm.qcow2",
                                                "format",
                                                "qcow2",
                                                "capacity",
                                                64 * MIB,
                                                "owner",
                                                nobody,
                                                "group",
                                                nobody,
                                                "mode",
                                                "0600")));
        makeReachable(folder);

        var volume = cistern.api().get("/v1/volumes/owned:vm.qcow2").body();
        assertThat(volume.path("owner").asInt()).isEqualTo(nobody);
        assertThat(volume.path("mode").asText()).isEqualTo("0600");
        var run =
                Judge.run(
                        folder,
                        "setpriv",
                        "--reuid=" + nobody,
                        "--regid=" + nobody,
                        "--clear-groups",
                        "qemu-io",
                        "-f",
                        "qcow2",
                        "-c",
                        "write -P 7 0 1M",
                        folder.resolve("vm.qcow2").toString());
        assertThat(run.output()).contains("wrote 1048576/1048576");
        var machine =
                Judge.run(
                        folder,
                        "sh",
                        "-c",
                        "printf 'info block\\nquit\\n' | setpriv --reuid=%d --regid=%d --clear-groups qemu-system-x86_64"
                                        .formatted(nobody, nobody)
                                + " -accel tcg -nodefaults -display none -S -monitor stdio"
                                + " -drive if=virtio,format=qcow2,file=vm.qcow2");
        assertThat(machine.output()).contains("vm.qcow2 (qcow2)");
        Judge.check(folder.resolve("vm.qcow2"));
    }

    /** Temporary folders are for their owner alone. */
    private static void makeReachable(Path folder) throws IOException {
        for (var at = folder; at != null && at.startsWith(folders); at = at.getParent()) {
            Files.setPosixFilePermissions(at, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    @Test
    void fiveHundredVolumesByThirtyTwoClients() throws Exception {
        var folder = folder("many");
        cistern.startedPool("many", folder, Map.of("overcommit", 100.0));

        var accepted =
                Clients.atOnce(
                        32,
                        500,
                        number ->
                                cistern.api()
                                        .post(
                                                "/v1/volumes",
                                                Map.of(
                                                        "pool",
                                                        "many",
                                                        "name",
                                                        "volume-" + number,
                                                        "format",
                                                        number % 2 == 0 ? "qcow2" : "raw",
                                                        "capacity",
                                                        MIB)));

        assertThat(accepted).allSatisfy(answer -> assertThat(answer.status()).isEqualTo(202));
        for (var answer : accepted) {
            cistern.api().success("volumes", answer);
        }
        assertThat(PoolFiles.in(folder)).hasSize(500);
        var volumes = cistern.api().all("/v1/volumes?pool=many&state=available");
        assertThat(volumes).hasSize(500);
        var ids =
                volumes.stream()
                        .map(volume -> volume.path("id").asText())
                        .collect(Collectors.toSet());
        var created =
                Await.until(
                        "an event of each creation",
                        () ->
                                EventLog.read(cistern.kafka(), "dev.cistern.volume.created.v1")
                                        .stream()
                                        .filter(event -> ids.contains(event.subject()))
                                        .toList(),
                        events -> events.size() >= 500);
        assertThat(created).hasSize(500).allMatch(event -> event.sequence() == 1);
        assertThat(created.stream().map(EventLog.Event::subject).collect(Collectors.toSet()))
                .isEqualTo(ids);
    }

    @Test
    void aPoolThatFitsAHundredTakesAHundred() throws Exception {
        var folder = folder("tight");
        cistern.startedPool("tight", folder, Map.of("limit", 100 * MIB));

        var answers =
                Clients.atOnce(
                        200,
                        200,
                        number ->
                                cistern.api()
                                        .post(
                                                "/v1/volumes",
                                                Map.of(
                                                        "pool",
                                                        "tight",
                                                        "name",
                                                        "v" + number,
                                                        "format",
                                                        "raw",
                                                        "capacity",
                                                        MIB)));

        var accepted = answers.stream().filter(answer -> answer.status() == 202).toList();
        var refused = answers.stream().filter(answer -> answer.status() != 202).toList();
        assertThat(accepted).hasSize(100);
        assertThat(refused)
                .hasSize(100)
                .allSatisfy(
                        answer -> {
                            assertThat(answer.status()).isEqualTo(507);
                            assertThat(answer.text("code")).isEqualTo("pool-full");
                            assertThat(answer.body().path("used").asLong()).isEqualTo(100 * MIB);
                            assertThat(answer.body().path("requested").asLong()).isEqualTo(MIB);
                            assertThat(answer.body().path("allowed").asLong()).isEqualTo(100 * MIB);
                        });
        for (var answer : accepted) {
            cistern.api().success("volumes", answer);
        }
        assertThat(PoolFiles.in(folder)).hasSize(100);

        cistern.api().success("volumes", cistern.api().delete("/v1/volumes/" + target(accepted)));
        create("tight", "one-more", "raw", MIB);
    }

    private static String target(List<Api.Answer> accepted) {
        return accepted.getFirst().body().path("target").path("id").asText();
    }

    @Test
    void aPoolIsStoppedEmptiedAndUndefined() throws Exception {
        var folder = folder("life");
        cistern.startedPool("life", folder, Map.of());
        create("life", "disk", "qcow2", MIB);

        cistern.api().success("pools", cistern.api().post("/v1/pools/life/stop", Map.of()));
        var refused =
                cistern.api()
                        .post("/v1/volumes", Map.of("pool", "life", "name", "x", "capacity", MIB));
        var undefine = cistern.api().end("pools", cistern.api().delete("/v1/pools/life"));

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.text("code")).isEqualTo("pool-not-running");
        assertThat(undefine.path("problem").path("code").asText()).isEqualTo("pool-not-empty");
        cistern.api().success("pools", cistern.api().post("/v1/pools/life/start", Map.of()));
        cistern.api().success("volumes", cistern.api().delete("/v1/volumes/life:disk"));
        assertThat(PoolFiles.in(folder)).isEmpty();
        cistern.api().success("pools", cistern.api().post("/v1/pools/life/stop", Map.of()));
        cistern.api().success("pools", cistern.api().delete("/v1/pools/life"));
        assertThat(cistern.api().get("/v1/pools/life").status()).isEqualTo(404);
        cistern.startedPool("life", folder, Map.of());
    }

    @AfterEach
    void eventsAreAsPublished() throws Exception {
        for (var event : EventLog.read(cistern.kafka())) {
            assertThat(Schemas.faults(event)).isEmpty();
        }
    }

    private static void create(String pool, String name, String format, long capacity)
            throws Exception {
        cistern.api()
                .success(
                        "volumes",
                        cistern.api()
                                .post(
                                        "/v1/volumes",
                                        Map.of(
                                                "pool",
                                                pool,
                                                "name",
                                                name,
                                                "format",
                                                format,
                                                "capacity",
                                                capacity)));
    }

    private static Map<String, JsonNode> byName(List<JsonNode> volumes) {
        return volumes.stream()
                .collect(
                        Collectors.toMap(
                                volume -> volume.path("name").asText(), Function.identity()));
    }
}
