package dev.cistern.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is done to volumes that are there, with QEMU's tools as judges. */
final class VolumeChangesTest {
    private static final long MIB = 1 << 20;
    private static final String POOL = "changes";

    @TempDir static Path data;
    @TempDir static Path folder;
    private static Cistern cistern;

    @BeforeAll
    static void start() throws Exception {
        cistern = OneProcess.on(data);
        cistern.startedPool(POOL, folder, Map.of());
    }

    @AfterAll
    static void stop() throws Exception {
        cistern.close();
    }

    private static Api.Answer create(String name, Map<String, ?> options) throws Exception {
        var body = new HashMap<String, Object>(options);
        body.put("pool", POOL);
        body.put("name", name);
        body.putIfAbsent("format", "qcow2");
        body.put("capacity", 10 * MIB);
        return cistern.api().post("/v1/volumes", body);
    }

    private static Api.Answer post(String volume, String verb, Map<String, ?> body)
            throws Exception {
        return cistern.api().post(path(volume) + verb, body);
    }

    private static String path(String volume) {
        return "/v1/volumes/" + POOL + ":" + volume;
    }

    private static JsonNode success(Api.Answer answer) throws Exception {
        return cistern.api().success("volumes", answer);
    }

    private static void io(String volume, String command) throws Exception {
        var output = Judge.output(folder, "qemu-io", "-f", "qcow2", "-c", command, volume);
        assertThat(output).doesNotContain("Pattern verification failed");
    }

    @Test
    void anImageIsTheOneThatWasAskedFor() throws Exception {
        success(
                create(
                        "special",
                        Map.of(
                                "preallocation",
                                "metadata",
                                "clusterSize",
                                131_072,
                                "extendedL2",
                                true,
                                "compressionType",
                                "zstd",
                                "refcountBits",
                                32)));
        success(create("full", Map.of("format", "raw", "preallocation", "full")));

        var special = Judge.info(folder.resolve("special"));
        assertThat(special.path("cluster-size").asInt()).isEqualTo(131_072);
        var details = special.path("format-specific").path("data");
        assertThat(details.path("extended-l2").asBoolean()).isTrue();
        assertThat(details.path("compression-type").asText()).isEqualTo("zstd");
        assertThat(details.path("refcount-bits").asInt()).isEqualTo(32);
        Judge.check(folder.resolve("special"));
        assertThat(Judge.info(folder.resolve("full")).path("actual-size").asLong())
                .isGreaterThanOrEqualTo(10 * MIB);
    }

    @Test
    void whatIsAskedAtOnceIsDoneInThatOrder() throws Exception {
        var asked = new ArrayList<Api.Answer>();
        asked.add(create("line", Map.of()));
        asked.add(post("line", "/snapshots", Map.of("name", "small")));
        asked.add(post("line", "/resize", Map.of("capacity", 20 * MIB)));
        asked.add(post("line", "/snapshots", Map.of("name", "large")));
        asked.add(post("line", "/snapshots/small/revert", Map.of()));
        asked.add(post("line", "/check", Map.of()));
        for (var each : asked) {
            success(each);
        }

        var qemu = Judge.info(folder.resolve("line"));
        assertThat(qemu.path("virtual-size").asLong()).isEqualTo(10 * MIB);
        assertThat(qemu.path("snapshots").findValuesAsText("name"))
                .containsExactly("small", "large");
        Judge.check(folder.resolve("line"));
        assertThat(names("line")).containsExactly("small", "large");
        assertThat(cistern.api().get(path("line")).body().path("capacity").asLong())
                .isEqualTo(10 * MIB);

        success(cistern.api().delete(path("line")));
        assertThat(Files.exists(folder.resolve("line"))).isFalse();
    }

    private static List<String> names(String volume) throws Exception {
        return cistern.api().get(path(volume) + "/snapshots").body().findValuesAsText("name");
    }

    private static JsonNode orphan(String kind) throws Exception {
        cistern.api()
                .success("pools", cistern.api().post("/v1/pools/" + POOL + "/refresh", Map.of()));
        return cistern.api().all("/v1/volumes/orphans?pool=" + POOL).stream()
                .filter(each -> each.path("kind").asText().equals(kind))
                .findFirst()
                .orElseThrow();
    }

    private static JsonNode rid(JsonNode orphan, String verb, Map<String, ?> body)
            throws Exception {
        var path = "/v1/volumes/orphans/" + orphan.path("id").asText() + "/" + verb;
        return success(cistern.api().post(path, body));
    }

    @Test
    void whatDoesNotGoTogetherIsSetRight() throws Exception {
        success(create("odd", Map.of()));
        Files.move(folder.resolve("odd"), data.resolve("elsewhere"));
        Judge.output(folder, "qemu-img", "create", "-q", "-f", "vmdk", "odd", "3M");

        rid(orphan("drifted"), "quarantine", Map.of());
        assertThat(Files.exists(folder.resolve("odd"))).isFalse();
        rid(orphan("quarantined"), "adopt", Map.of("name", "other.vmdk"));
        assertThat(cistern.api().get(path("other.vmdk")).body().path("capacity").asLong())
                .isEqualTo(3 * MIB);
        assertThat(Judge.info(folder.resolve("other.vmdk")).path("format").asText())
                .isEqualTo("vmdk");

        Files.move(
                data.resolve("elsewhere"),
                folder.resolve(".cistern/trash/kept-" + UUID.randomUUID()));
        rid(orphan("leftover"), "adopt", Map.of("name", "back"));
        Judge.check(folder.resolve("back"));
        assertThat(cistern.api().get(path("back")).body().path("format").asText())
                .isEqualTo("qcow2");

        var staged = folder.resolve(".cistern/staging/" + UUID.randomUUID() + ".1");
        Files.writeString(Files.createDirectory(staged).resolve("image"), "half of it");
        rid(orphan("leftover"), "purge", Map.of());
        assertThat(Files.exists(staged)).isFalse();
        assertThat(cistern.api().all("/v1/volumes/orphans")).isEmpty();
        var events = EventLog.read(cistern.kafka());
        assertThat(events)
                .extracting(EventLog.Event::type)
                .contains(
                        "dev.cistern.volume.quarantined.v1",
                        "dev.cistern.orphan.found.v1",
                        "dev.cistern.orphan.adopted.v1",
                        "dev.cistern.orphan.purged.v1");
        for (var event : events) {
            assertThat(Schemas.faults(event)).isEmpty();
        }
    }

    @Test
    void aRawVolumeIsBroughtBackToo() throws Exception {
        success(create("plain", Map.of("format", "raw")));
        raw("plain", "write -P 1 0 1M");
        success(post("plain", "/snapshots", Map.of("name", "one")));
        raw("plain", "write -P 2 0 1M");

        success(post("plain", "/snapshots/one/revert", Map.of()));
        raw("plain", "read -P 1 0 1M");
        raw("plain", "write -P 3 0 1M");
        success(
                post(
                        "plain",
                        "/clone",
                        Map.of("name", "of-one", "snapshot", "one", "format", "qcow2")));
        io("of-one", "read -P 1 0 1M");
        assertThat(names("plain")).containsExactly("one");
        success(cistern.api().delete(path("plain") + "/snapshots/one"));
        success(cistern.api().delete(path("plain")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"monolithicFlat", "twoGbMaxExtentSparse", "twoGbMaxExtentFlat"})
    void aVolumeOfSeveralFilesIsBroughtBackToo(String subformat) throws Exception {
        var disk = subformat + ".vmdk";
        success(create(disk, Map.of("format", "vmdk", "subformat", subformat)));
        as("vmdk", disk, "write -P 1 0 1M");
        success(post(disk, "/snapshots", Map.of("name", "one")));
        as("vmdk", disk, "write -P 2 0 1M");

        success(post(disk, "/clone", Map.of("name", "of-" + disk, "snapshot", "one")));
        as("vmdk", "of-" + disk, "read -P 1 0 1M");
        success(post(disk, "/snapshots/one/revert", Map.of()));
        as("vmdk", disk, "read -P 1 0 1M");
        success(post(disk, "/resize", Map.of("capacity", 12 * MIB)));
        as("vmdk", disk, "write -P 3 0 12M");
        success(post(disk, "/snapshots/one/revert", Map.of()));
        Judge.output(folder, "qemu-img", "compare", disk, "of-" + disk);

        assertThat(names(disk)).containsExactly("one");
        cistern.api()
                .success("pools", cistern.api().post("/v1/pools/" + POOL + "/refresh", Map.of()));
        assertThat(cistern.api().get(path(disk)).body().path("conditions")).isEmpty();
        success(cistern.api().delete(path(disk) + "/snapshots/one"));
        success(cistern.api().delete(path("of-" + disk)));
        success(cistern.api().delete(path(disk)));
        assertThat(PoolFiles.in(folder)).noneMatch(file -> file.contains(subformat));
    }

    @ParameterizedTest
    @ValueSource(strings = {"qcow2", "vmdk"})
    void aCloneIsOverWhatAVolumeWas(String format) throws Exception {
        var golden = "golden-" + format;
        success(create(golden, Map.of("format", format)));
        as(format, golden, "write -P 1 0 1M");
        success(post(golden, "/snapshots", Map.of("name", "one", "kind", "external")));
        as(format, golden, "write -P 2 0 1M");
        var linked = Map.of("name", "web-" + format, "strategy", "linked", "snapshot", "one");

        success(post(golden, "/clone", linked));

        io("web-" + format, "read -P 1 0 1M");
        io("web-" + format, "write -P 3 0 64k");
        cistern.api()
                .success("pools", cistern.api().post("/v1/pools/" + POOL + "/refresh", Map.of()));
        assertThat(cistern.api().get(path("web-" + format)).body().path("conditions")).isEmpty();
        for (var held : List.of(path(golden) + "/snapshots/one", path(golden))) {
            var refused = cistern.api().delete(held);
            assertThat(refused.status()).isEqualTo(409);
            assertThat(refused.body().at("/children/0").asText()).isEqualTo("web-" + format);
        }
        success(post(golden, "/snapshots/one/revert", Map.of()));
        as(format, golden, "read -P 1 0 1M");
        success(post("web-" + format, "/flatten", Map.of()));
        success(cistern.api().delete(path(golden)));
        io("web-" + format, "read -P 3 0 64k");
        io("web-" + format, "read -P 1 64k 960k");
        Judge.check(folder.resolve("web-" + format));
    }

    private static void raw(String volume, String command) throws Exception {
        as("raw", volume, command);
    }

    private static void as(String format, String volume, String command) throws Exception {
        var output = Judge.output(folder, "qemu-io", "-f", format, "-c", command, volume);
        assertThat(output).doesNotContain("Pattern verification failed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"qcow2", "vmdk"})
    void aVolumeGoesOnOverWhatItWas(String format) throws Exception {
        var disk = "over-" + format;
        success(create(disk, Map.of("format", format)));
        as(format, disk, "write -P 1 0 1M");
        success(post(disk, "/snapshots", Map.of("name", "one", "kind", "external")));
        as(format, disk, "write -P 2 0 1M");
        success(post(disk, "/snapshots", Map.of("name", "two", "kind", "external")));
        as(format, disk, "write -P 3 0 1M");
        assertThat(cistern.api().get(path(disk) + "/graph").body().path("depth").asInt())
                .isEqualTo(3);

        success(post(disk, "/snapshots/one/revert", Map.of()));
        as(format, disk, "read -P 1 0 1M");
        as(format, disk, "write -P 4 0 512k");
        success(cistern.api().delete(path(disk) + "/snapshots/one"));
        as(format, disk, "read -P 4 0 512k");
        as(format, disk, "read -P 1 512k 512k");
        assertThat(names(disk)).containsExactly("two");
        success(post(disk, "/snapshots/two/revert", Map.of()));
        as(format, disk, "read -P 2 0 1M");
        success(post(disk, "/clone", Map.of("name", "of-" + disk)));
        as(format, "of-" + disk, "read -P 2 0 1M");
        cistern.api()
                .success("pools", cistern.api().post("/v1/pools/" + POOL + "/refresh", Map.of()));
        assertThat(cistern.api().get(path(disk)).body().path("conditions")).isEmpty();

        success(cistern.api().delete(path(disk)));
        try (var files = Files.list(folder)) {
            assertThat(files)
                    .noneMatch(file -> file.getFileName().toString().startsWith(".sealed"));
        }
    }

    @Test
    void aRevertBringsBackWhatAGuestHadWritten() throws Exception {
        success(create("guest", Map.of()));
        io("guest", "write -P 1 0 1M");
        success(post("guest", "/snapshots", Map.of("name", "one")));
        io("guest", "write -P 2 0 1M");
        Judge.output(folder, "qemu-img", "snapshot", "-c", "two", "guest");

        success(post("guest", "/snapshots/one/revert", Map.of()));
        io("guest", "read -P 1 0 1M");
        assertThat(names("guest")).containsExactly("one", "two");
        success(post("guest", "/snapshots/two/revert", Map.of()));
        io("guest", "read -P 2 0 1M");
        success(cistern.api().delete(path("guest") + "/snapshots/one"));
        success(post("guest", "/repair", Map.of()));

        Judge.check(folder.resolve("guest"));
        assertThat(Judge.info(folder.resolve("guest")).path("snapshots").findValuesAsText("name"))
                .containsExactly("two");
        for (var event : EventLog.read(cistern.kafka())) {
            assertThat(Schemas.faults(event)).isEmpty();
        }
    }
}
