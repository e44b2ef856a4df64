package dev.cistern.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is in volumes, to clients and from them, while a process dies or a client stays away. */
final class TransfersTest {
    private static final String TOKEN = "correct-horse-battery-staple";
    private static final int MIB = 1 << 20;

    /** So slow that an upload can be caught in the middle of it. */
    private static final Map<String, String> SLOW =
            Map.of("CISTERN_WORKER_BYTES_PER_SECOND_OPERATION", Integer.toString(16 * MIB));

    @TempDir static Path data;
    @TempDir static Path folders;
    private static OneProcess cistern;
    private static Path pool;

    @BeforeAll
    static void start() throws Exception {
        cistern = OneProcess.on(data, SLOW);
        pool = Files.createDirectory(folders.resolve("pool"));
        cistern.startedPool("pool", pool, Map.of());
    }

    @AfterAll
    static void stop() throws Exception {
        cistern.close();
    }

    private static void volume(String name, String format, long capacity) throws Exception {
        cistern.api()
                .success(
                        "volumes",
                        cistern.api()
                                .post(
                                        "/v1/volumes",
                                        Map.of(
                                                "pool", "pool",
                                                "name", name,
                                                "format", format,
                                                "capacity", capacity)));
    }

    /** A qcow2 image of 64 MiB, of which this much is data. */
    private static Path image(String name, int mebibytes) throws Exception {
        var content = new byte[mebibytes * MIB];
        new Random(mebibytes).nextBytes(content);
        Files.write(folders.resolve(name + ".raw"), content);
        Judge.output(folders, "truncate", "-s", "64M", name + ".raw");
        Judge.output(
                folders, "qemu-img", "convert", "-f", "raw", "-O", "qcow2", name + ".raw", name);
        return folders.resolve(name);
    }

    private static Judge.Run client(String... words) {
        return Client.run(cistern.address(), words);
    }

    private static void succeeds(String... words) {
        var run = client(words);
        assertThat(run.status()).as(run.output()).isZero();
    }

    private static void same(String one, String other) throws Exception {
        Judge.output(folders, "qemu-img", "compare", one, other);
    }

    private static void nothingIsLeft() throws Exception {
        try (var staged = Files.list(pool.resolve(".cistern/staging"))) {
            assertThat(staged).isEmpty();
        }
    }

    @Test
    void anImageIsUploadedAndDownloadedAgain() throws Exception {
        var image = image("new.qcow2", 5);
        volume("disk.qcow2", "qcow2", MIB);

        succeeds("vol-upload", "disk.qcow2", image.toString(), "--pool", "pool");
        succeeds("vol-download", "disk.qcow2", folders + "/again.qcow2", "--pool", "pool");
        succeeds(
                "vol-download",
                "disk.qcow2",
                folders + "/again.raw",
                "--pool",
                "pool",
                "--format",
                "raw",
                "--sparse");

        same("new.qcow2", "pool/disk.qcow2");
        assertThat(Files.mismatch(image, folders.resolve("again.qcow2"))).isEqualTo(-1);
        assertThat(Files.mismatch(folders.resolve("new.qcow2.raw"), folders.resolve("again.raw")))
                .isEqualTo(-1);
        Judge.check(pool.resolve("disk.qcow2"));
        assertThat(cistern.api().get("/v1/volumes/pool:disk.qcow2").body().path("capacity").asInt())
                .isEqualTo(64 * MIB);
        var blocks = Judge.output(folders, "stat", "-c", "%b", "again.raw").strip();
        assertThat(Long.parseLong(blocks) * 512).isLessThan(8 * MIB);
        nothingIsLeft();
    }

    @Test
    void anUploadGoesOnAfterItsWorkerWasKilled() throws Exception {
        var image = image("large.qcow2", 48);
        volume("killed.qcow2", "qcow2", 64L * MIB);
        var before = Files.readAllBytes(pool.resolve("killed.qcow2"));
        try (var user = Executors.newSingleThreadExecutor()) {
            var upload =
                    user.submit(
                            () ->
                                    client(
                                            "vol-upload",
                                            "killed.qcow2",
                                            image.toString(),
                                            "--pool",
                                            "pool"));
            Await.until("some of it has come", TransfersTest::staged, bytes -> bytes > 4 * MIB);

            cistern.program(Cistern.Part.WORKER).kill();
            assertThat(Files.readAllBytes(pool.resolve("killed.qcow2"))).isEqualTo(before);
            assertThat(cistern.start(Cistern.Part.WORKER, "")).isTrue();

            var run = upload.get();
            assertThat(run.status()).as(run.output()).isZero();
        }
        same("large.qcow2", "pool/killed.qcow2");
        Judge.check(pool.resolve("killed.qcow2"));
        nothingIsLeft();
    }

    private static long staged() throws Exception {
        try (var files = Files.walk(pool.resolve(".cistern/staging"))) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }

    private static TransferClient begun(String operation) throws Exception {
        var client = TransferClient.of(operation, TOKEN, cistern.api(), "");
        assertThat(client.url()).startsWith(cistern.address().toString());
        return client;
    }

    private static String begin(String volume, Map<String, ?> request) throws Exception {
        var accepted = cistern.api().post("/v1/volumes/pool:" + volume + "/transfers", request);
        assertThat(accepted.status()).as("%s", accepted).isEqualTo(202);
        return accepted.text("id");
    }

    @Test
    void aClientThatStaysAwayLeavesTheVolumeAsItWas() throws Exception {
        volume("left.raw", "raw", 20L * MIB);
        var operation =
                begin("left.raw", Map.of("direction", "upload", "token", TOKEN, "idleSeconds", 2));
        var client = begun(operation);

        // More than Quarkus lets through to what it serves itself.
        var large = BodyPublishers.ofByteArray(new byte[12 * MIB]);
        assertThat(client.send("PUT", "", large)).isEqualTo(204);
        var ended = cistern.api().end("volumes", operation);

        assertThat(ended.path("state").asText()).isEqualTo("failed");
        assertThat(ended.path("problem").path("code").asText()).isEqualTo("transfer-over");
        assertThat(client.get()).isEqualTo(410);
        assertThat(cistern.api().get("/v1/volumes/pool:left.raw").text("state"))
                .isEqualTo("available");
        Judge.output(folders, "qemu-io", "-f", "raw", "-c", "read -P 0 0 20M", "pool/left.raw");
        nothingIsLeft();
    }

    @Test
    void whoHasNoRightToItIsRefused() throws Exception {
        volume("mine.raw", "raw", MIB);
        var operation = begin("mine.raw", Map.of("direction", "download", "token", TOKEN));
        var client = begun(operation);

        assertThat(new TransferClient(client.url(), "").get()).isEqualTo(401);
        assertThat(new TransferClient(client.url(), "wrong").get()).isEqualTo(403);
        assertThat(new TransferClient(client.url() + "0", TOKEN).get()).isEqualTo(404);
        assertThat(client.get("Range", "bytes=1048576-")).isEqualTo(416);
        assertThat(client.get("Range", "bytes=0-9")).isEqualTo(206);
        assertThat(client.finish()).isEqualTo(204);

        assertThat(cistern.api().end("volumes", operation).path("state").asText())
                .isEqualTo("succeeded");
        assertThat(client.get()).isEqualTo(410);
        Await.until(
                "the event",
                () -> EventLog.read(cistern.kafka(), "dev.cistern.volume.downloaded.v1"),
                events -> !events.isEmpty());
    }

    @Test
    void aCancelledUploadLeavesNothing() throws Exception {
        volume("cancelled.raw", "raw", MIB);
        var operation = begin("cancelled.raw", Map.of("direction", "upload", "token", TOKEN));
        var client = begun(operation);
        assertThat(client.send("PUT", "", BodyPublishers.ofByteArray(new byte[1000])))
                .isEqualTo(204);

        cistern.api().post("/v1/volumes/-/operations/" + operation + "/cancel", Map.of());

        assertThat(cistern.api().end("volumes", operation).path("state").asText())
                .isEqualTo("cancelled");
        assertThat(client.get()).isEqualTo(410);
        nothingIsLeft();
    }

    @Test
    void theClientTellsWhyATransferFails() throws Exception {
        volume("refused.qcow2", "qcow2", MIB);
        Files.write(folders.resolve("junk"), new byte[MIB]);

        var run = client("vol-upload", "refused.qcow2", folders + "/junk", "--pool", "pool");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.output())
                .contains("error: ")
                .contains("what was uploaded to refused.qcow2 is no qcow2 image")
                .doesNotContain("staging");
        assertThat(
                        client("vol-upload", "refused.qcow2", folders + "/no", "--pool", "pool")
                                .output())
                .contains("there is no file");
        nothingIsLeft();
    }
}
