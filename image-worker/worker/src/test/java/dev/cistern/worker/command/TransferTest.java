package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cistern.common.message.Command;
import dev.cistern.common.message.ImageRef;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.worker.Eventually;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients fetch and deliver over the port of a worker, and what becomes of the volume. */
class TransferTest {
    private static final int MIB = 1 << 20;

    @TempDir Path folder;
    private final Workbench bench = new Workbench();
    private final BlockingQueue<String> urls = new LinkedBlockingQueue<>();
    private final UUID volume = UUID.randomUUID();
    private final UUID operation = UUID.randomUUID();
    private TestPool pool;

    @BeforeEach
    void prepare() throws Exception {
        pool = TestPool.started(folder.resolve("pool"), bench);
        bench.client = urls::add;
    }

    @AfterEach
    void tidyUp() {
        bench.close();
    }

    private ImageRef raw() throws Exception {
        bench.run(pool.create(volume, "disk"));
        Qemu.io(pool.file("disk"), "raw", "write -P 1 0 64k");
        Qemu.io(pool.file("disk"), "raw", "write -P 2 512k 64k");
        return pool.image("disk", "raw");
    }

    private ImageRef qcow2() throws Exception {
        bench.run(pool.create(volume, "disk", "qcow2"));
        Qemu.io(pool.file("disk"), "qcow2", "write -P 1 0 64k");
        Qemu.io(pool.file("disk"), "qcow2", "write -P 2 512k 64k");
        return pool.image("disk", "qcow2");
    }

    private TransferClient begin(Command command) throws Exception {
        bench.submit(operation, 1, command);
        var url = urls.poll(30, TimeUnit.SECONDS);
        assertThat(url).as("the command has ended: %s", bench.results).isNotNull();
        return new TransferClient(String.valueOf(url));
    }

    private Result finish(TransferClient client) throws Exception {
        assertThat(client.send("POST", "/finish").statusCode()).isEqualTo(204);
        return end();
    }

    private Result end() throws Exception {
        Eventually.that("the end of the transfer", () -> !bench.hand.runs(operation));
        Eventually.that("its result", () -> !results().isEmpty());
        return results().getLast();
    }

    private List<Result> results() {
        return bench.results.stream()
                .filter(result -> result.operation().equals(operation))
                .map(result -> result.result())
                .toList();
    }

    private static ProblemCode problem(Result result) {
        assertThat(result).isInstanceOf(Result.CommandFailed.class);
        return ((Result.CommandFailed) result).problem().code();
    }

    private static JsonNode json(HttpResponse<byte[]> answer) throws IOException {
        return new ObjectMapper().readTree(answer.body());
    }

    private static byte[] sha256(byte... bytes) throws Exception {
        return MessageDigest.getInstance("SHA-256").digest(bytes);
    }

    @Test
    void theBytesOfAFileAreFetchedInRanges() throws Exception {
        var image = raw();
        var file = Files.readAllBytes(pool.file("disk"));

        var client = begin(TransferScenes.download(pool, volume, image, false));

        var head = client.send("HEAD", "");
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.headers().firstValueAsLong("Content-Length")).hasValue(MIB);
        assertThat(head.headers().firstValue("Accept-Ranges")).hasValue("bytes");
        var tag = head.headers().firstValue("ETag").orElseThrow();
        var part = client.get(65_000, 1000);
        assertThat(part.statusCode()).isEqualTo(206);
        assertThat(part.headers().firstValue("Content-Range"))
                .hasValue("bytes 65000-65999/1048576");
        assertThat(part.body()).isEqualTo(Arrays.copyOfRange(file, 65_000, 66_000));
        assertThat(client.send("GET", "", "Range", "bytes=-10").body()).hasSize(10);
        assertThat(client.send("GET", "", "Range", "bytes=1048570-").body()).hasSize(6);
        assertThat(client.send("GET", "", "Range", "bytes=1-2", "If-Range", tag).statusCode())
                .isEqualTo(206);
        assertThat(client.send("GET", "", "Range", "bytes=1-2", "If-Range", "\"x\"").statusCode())
                .isEqualTo(200);
        var all = client.send("GET", "");
        assertThat(all.statusCode()).isEqualTo(200);
        assertThat(all.body()).isEqualTo(file);
        assertThat(finish(client)).isInstanceOf(Result.VolumeDownloaded.class);
    }

    @Test
    void holesAndChecksumAreTold() throws Exception {
        var client = begin(TransferScenes.download(pool, volume, raw(), false));

        var extents = json(client.send("GET", "/extents"));
        var rest = json(client.send("GET", "/extents?from=600000"));
        var sum = client.send("GET", "/checksum");

        assertThat(extents.path("size").asLong()).isEqualTo(MIB);
        assertThat(extents.path("extents").toString())
                .isEqualTo(
                        "[{\"start\":0,\"length\":65536,\"state\":\"data\"},"
                                + "{\"start\":65536,\"length\":458752,\"state\":\"zero\"},"
                                + "{\"start\":524288,\"length\":65536,\"state\":\"data\"},"
                                + "{\"start\":589824,\"length\":458752,\"state\":\"zero\"}]");
        assertThat(extents.has("next")).isFalse();
        assertThat(rest.path("extents").toString())
                .isEqualTo("[{\"start\":600000,\"length\":448576,\"state\":\"zero\"}]");
        assertThat(sum.headers().firstValue("Repr-Digest"))
                .hasValue(
                        "sha-256=:%s:"
                                .formatted(
                                        Base64.getEncoder()
                                                .encodeToString(
                                                        sha256(
                                                                Files.readAllBytes(
                                                                        pool.file("disk"))))));
        finish(client);
    }

    @Test
    void whatAGuestSeesOfAnImageIsFetched() throws Exception {
        var client = begin(TransferScenes.download(pool, volume, qcow2(), true));

        var content = client.send("GET", "").body();
        var extents = json(client.send("GET", "/extents"));

        finish(client);
        var copy = Files.write(folder.resolve("copy"), content);
        Qemu.img(folder, "compare", "-f", "raw", "-F", "qcow2", copy.toString(), "pool/disk");
        assertThat(extents.path("extents").path(1).path("state").asText()).isEqualTo("zero");
    }

    @Test
    void twoClientsFetchAtOnce() throws Exception {
        var image = raw();
        var first = begin(TransferScenes.download(pool, volume, image, false));
        var other = UUID.randomUUID();

        bench.submit(other, 1, TransferScenes.download(pool, volume, image, false));
        var second = new TransferClient(urls.take());

        assertThat(second.send("GET", "").body()).isEqualTo(first.send("GET", "").body());
        assertThat(second.send("POST", "/finish").statusCode()).isEqualTo(204);
        Eventually.that("the end of the other", () -> !bench.hand.runs(other));
        finish(first);
    }

    @Test
    void anImageIsUploadedInPiecesAndTakesThePlaceOfTheOld() throws Exception {
        var image = qcow2();
        Qemu.img(folder, "create", "-q", "-f", "qcow2", "new", "2M");
        Qemu.io(folder.resolve("new"), "qcow2", "write -P 7 0 1M");
        var bytes = Files.readAllBytes(folder.resolve("new"));
        var command =
                new Command.UploadVolume(
                        pool.place(),
                        volume,
                        2,
                        image,
                        TransferClient.ticket(60),
                        bytes.length,
                        2 * MIB,
                        false);

        var client = begin(command);
        assertThat(
                        client.put(300_000, Arrays.copyOfRange(bytes, 300_000, bytes.length))
                                .statusCode())
                .isEqualTo(204);
        assertThat(json(client.send("GET", "/extents")).path("extents").path(0).toString())
                .isEqualTo("{\"start\":0,\"length\":300000,\"state\":\"missing\"}");
        assertThat(client.put(0, Arrays.copyOf(bytes, 300_000)).statusCode()).isEqualTo(204);
        var head = client.send("HEAD", "");
        assertThat(head.headers().firstValueAsLong("Upload-Offset")).hasValue(bytes.length);
        assertThat(json(client.send("GET", "/checksum")).path("checksum").asText())
                .isEqualTo(HexFormat.of().formatHex(sha256(bytes)));
        assertThat(TestPool.inode(pool.file("disk"))).isEqualTo(image.inode());
        var result = finish(client);

        assertThat(result)
                .isInstanceOfSatisfying(
                        Result.VolumeChanged.class,
                        changed -> assertThat(changed.file().capacity()).isEqualTo(2 * MIB));
        Qemu.img(folder, "compare", "new", "pool/disk");
        assertThat(pool.staged()).isEmpty();
        assertThat(client.put(0, (byte) 1).statusCode()).isEqualTo(410);
        Qemu.img(folder, "compare", "new", "pool/disk");
    }

    @Test
    void manyPiecesComeOverOneConnection() throws Exception {
        var client = begin(TransferScenes.upload(pool, volume, raw(), 32L * MIB));

        for (var at = 0L; at < 32L * MIB; at += 2 * MIB) {
            var piece = new byte[2 * MIB];
            Arrays.fill(piece, (byte) (1 + at / MIB));
            assertThat(client.put(at, piece).statusCode()).isEqualTo(204);
        }
        finish(client);

        for (var at = 0; at < 32; at += 2) {
            Qemu.io(pool.file("disk"), "raw", "read -P %d %dM 2M".formatted(1 + at, at));
        }
    }

    @Test
    void zeroesNeedNoBytesAndWhatIsLeftOutIsZero() throws Exception {
        var client = begin(TransferScenes.upload(pool, volume, raw(), MIB));

        client.put(0, TransferClient.content());
        assertThat(client.change("{\"op\":\"zero\",\"offset\":4096,\"size\":8192}").statusCode())
                .isEqualTo(204);
        assertThat(client.change("{\"op\":\"flush\"}").statusCode()).isEqualTo(204);
        finish(client);

        Qemu.io(pool.file("disk"), "raw", "read -P 0x33 0 4k");
        Qemu.io(pool.file("disk"), "raw", "read -P 0 4k 8k");
        Qemu.io(pool.file("disk"), "raw", "read -P 0x33 12k 1012k");
    }

    @Test
    void aPartOfARawVolumeIsUploaded() throws Exception {
        var upload = TransferScenes.upload(pool, volume, raw(), MIB);
        var client =
                begin(
                        new Command.UploadVolume(
                                pool.place(),
                                volume,
                                2,
                                upload.image(),
                                upload.ticket(),
                                MIB,
                                MIB,
                                true));

        client.put(65_536, Arrays.copyOf(TransferClient.content(), 4096));
        finish(client);

        Qemu.io(pool.file("disk"), "raw", "read -P 1 0 64k");
        Qemu.io(pool.file("disk"), "raw", "read -P 0x33 64k 4k");
        Qemu.io(pool.file("disk"), "raw", "read -P 2 512k 64k");
    }

    @Test
    void aShorterRawUploadLeavesTheCapacity() throws Exception {
        var client = begin(TransferScenes.upload(pool, volume, raw(), 1000));

        client.put(0, Arrays.copyOf(TransferClient.content(), 1000));
        finish(client);

        assertThat(Files.size(pool.file("disk"))).isEqualTo(MIB);
        Qemu.io(pool.file("disk"), "raw", "read -P 0 1000 1047576");
    }

    @Test
    void whatIsNoImageOfTheFormatIsRefused() throws Exception {
        var client = begin(TransferScenes.upload(pool, volume, qcow2(), MIB));
        client.put(0, TransferClient.content());

        var result = finish(client);

        assertThat(result).isInstanceOf(Result.CommandFailed.class);
        requireAsBefore("qcow2");
    }

    @Test
    void anImageThatNamesAnotherFileIsRefused() throws Exception {
        var image = qcow2();
        Files.write(folder.resolve("secret"), new byte[MIB]);
        Qemu.img(
                folder,
                "create",
                "-q",
                "-f",
                "qcow2",
                "-b",
                folder.resolve("secret").toString(),
                "-F",
                "raw",
                "new");
        var bytes = Files.readAllBytes(folder.resolve("new"));
        var client = begin(TransferScenes.upload(pool, volume, image, bytes.length));
        client.put(0, bytes);

        assertThat(problem(finish(client))).isEqualTo(ProblemCode.INVALID_REQUEST);
        requireAsBefore("qcow2");
    }

    @Test
    void anImageThatIsLargerThanAskedForIsRefused() throws Exception {
        var image = qcow2();
        Qemu.img(folder, "create", "-q", "-f", "qcow2", "new", "1G");
        var bytes = Files.readAllBytes(folder.resolve("new"));
        var client = begin(TransferScenes.upload(pool, volume, image, bytes.length));
        client.put(0, bytes);

        assertThat(problem(finish(client))).isEqualTo(ProblemCode.INVALID_REQUEST);
        requireAsBefore("qcow2");
    }

    private void requireAsBefore(String format) throws Exception {
        Qemu.io(pool.file("disk"), format, "read -P 1 0 64k");
        Qemu.io(pool.file("disk"), format, "read -P 2 512k 64k");
        assertThat(pool.files()).containsExactly("disk");
        assertThat(pool.staged()).isEmpty();
    }

    @Test
    void aCancelledUploadLeavesTheVolumeAsItWas() throws Exception {
        var client = begin(TransferScenes.upload(pool, volume, raw(), MIB));
        client.put(0, TransferClient.content());

        bench.hand.cancel(operation);

        assertThat(problem(end())).isEqualTo(ProblemCode.CANCELLED);
        requireAsBefore("raw");
        assertThat(client.send("HEAD", "").statusCode()).isEqualTo(410);
    }

    @Test
    void aClientThatStaysAwayLosesItsTransfer() throws Exception {
        var upload = TransferScenes.upload(pool, volume, raw(), MIB);
        var client =
                begin(
                        new Command.UploadVolume(
                                pool.place(),
                                volume,
                                2,
                                upload.image(),
                                TransferClient.ticket(1),
                                MIB,
                                MIB,
                                false));
        client.put(0, TransferClient.content());

        assertThat(problem(end())).isEqualTo(ProblemCode.TRANSFER_OVER);
        requireAsBefore("raw");
        assertThat(client.put(0, (byte) 1).statusCode()).isEqualTo(410);
        assertThat(client.send("GET", "").statusCode()).isEqualTo(410);
    }

    @Test
    void nobodyElseHasAPartInATransfer() throws Exception {
        var client = begin(TransferScenes.download(pool, volume, raw(), false));
        var url = URI.create(client.url());

        assertThat(new TransferClient(client.url(), "").send("GET", "").statusCode())
                .isEqualTo(401);
        assertThat(new TransferClient(client.url(), "wrong").send("GET", "").statusCode())
                .isEqualTo(403);
        assertThat(new TransferClient(client.url(), "wrong").put(0, (byte) 1).statusCode())
                .isEqualTo(403);
        assertThat(
                        new TransferClient(url.resolve(UUID.randomUUID().toString()).toString())
                                .send("GET", "")
                                .statusCode())
                .isEqualTo(404);
        assertThat(
                        new TransferClient(url.resolve("nothing").toString())
                                .send("GET", "")
                                .statusCode())
                .isEqualTo(404);
        assertThat(client.send("GET", "/secrets").statusCode()).isEqualTo(404);
        assertThat(client.send("DELETE", "").statusCode()).isEqualTo(405);
        assertThat(client.put(0, (byte) 1).statusCode()).isEqualTo(422);
        finish(client);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=1048576-", "bytes=5-3", "bytes=-", "bytes=x-y", "bytes=-0"})
    void aRangeThatIsNotThereIsRefused(String range) throws Exception {
        var client = begin(TransferScenes.download(pool, volume, raw(), false));

        var answer = client.send("GET", "", "Range", range);

        assertThat(answer.statusCode()).isEqualTo(416);
        assertThat(answer.headers().firstValue("Content-Range")).hasValue("bytes */1048576");
        finish(client);
    }

    @Test
    void whatIsBeyondTheSizeIsRefused() throws Exception {
        var client = begin(TransferScenes.upload(pool, volume, raw(), 1000));

        assertThat(client.put(999, (byte) 1, (byte) 2).statusCode()).isEqualTo(416);
        assertThat(client.send("PUT", "", BodyPublishers.ofByteArray(new byte[1001])).statusCode())
                .isEqualTo(416);
        assertThat(client.change("{\"op\":\"zero\",\"offset\":0,\"size\":1001}").statusCode())
                .isEqualTo(416);
        assertThat(client.change("{\"op\":\"melt\"}").statusCode()).isEqualTo(422);
        assertThat(client.change("not json").statusCode()).isEqualTo(400);
        assertThat(
                        client.send(
                                        "PUT",
                                        "",
                                        BodyPublishers.ofByteArray(new byte[5]),
                                        "Content-Range",
                                        "bytes 0-9/1000")
                                .statusCode())
                .isEqualTo(400);
        finish(client);
    }

    @Test
    void whatCameOfABrokenConnectionCounts() throws Exception {
        var client = begin(TransferScenes.upload(pool, volume, raw(), MIB));
        var url = URI.create(client.url());

        try (var socket = new Socket(url.getHost(), url.getPort());
                var out =
                        new OutputStreamWriter(
                                socket.getOutputStream(), StandardCharsets.US_ASCII)) {
            out.write(
                    "PUT %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Range: bytes 0-1048575/*\r\nContent-Length: 1048576\r\n\r\n"
                            .formatted(url.getPath(), TransferClient.TOKEN));
            out.write("3".repeat(600_000));
        }

        Eventually.that("what came", () -> offset(client) == 600_000);
        client.put(600_000, Arrays.copyOf(TransferClient.content(), MIB - 600_000));
        finish(client);
        assertThat(Files.readAllBytes(pool.file("disk"))).isEqualTo(TransferClient.content());
    }

    private static long offset(TransferClient client) {
        try {
            return client.send("HEAD", "").headers().firstValueAsLong("Upload-Offset").orElse(-1);
        } catch (IOException _) {
            return -1;
        }
    }

    @Test
    void anImageThatCannotBeReadIsFetchedAndReplaced() throws Exception {
        var image = qcow2();
        Files.writeString(pool.file("disk"), "no image at all");
        var client = begin(TransferScenes.download(pool, volume, image, false));
        assertThat(TransferClient.text(client.send("GET", ""))).isEqualTo("no image at all");
        finish(client);
        Qemu.img(folder, "create", "-q", "-f", "qcow2", "new", "1M");
        var bytes = Files.readAllBytes(folder.resolve("new"));
        var upload = UUID.randomUUID();

        bench.submit(upload, 1, TransferScenes.upload(pool, volume, image, bytes.length));
        var second = new TransferClient(urls.take());
        second.put(0, bytes);
        assertThat(second.send("POST", "/finish").statusCode()).isEqualTo(204);
        Eventually.that("the end of the upload", () -> !bench.hand.runs(upload));

        Qemu.img(folder, "compare", "new", "pool/disk");
    }

    @Test
    void theSettlingOfADownloadDoesNotWaitForAnother() throws Exception {
        var command = TransferScenes.download(pool, volume, raw(), false);
        var first = begin(command);
        var other = UUID.randomUUID();
        bench.submit(other, 1, command);
        var second = new TransferClient(urls.take());

        bench.submit(UUID.randomUUID(), 1, pool.settle(other, command));

        Eventually.that(
                "it is settled",
                () ->
                        bench.results.stream()
                                .anyMatch(
                                        result ->
                                                result.result()
                                                        .equals(new Result.Settled(other, null))));
        assertThat(second.send("GET", "").statusCode()).isEqualTo(410);
        assertThat(first.send("GET", "").statusCode()).isEqualTo(200);
        finish(first);
    }

    @Test
    void aVolumeThatAVirtualMachineHasOpenIsNotReplaced() throws Exception {
        var image = qcow2();
        try (var _ = Qemu.holding(pool.file("disk"), "qcow2")) {
            var result = bench.run(operation, 1, TransferScenes.upload(pool, volume, image, MIB));

            assertThat(result).isNotNull();
            assertThat(problem(Objects.requireNonNull(result)))
                    .isEqualTo(ProblemCode.VOLUME_IN_USE);
        }
        requireAsBefore("qcow2");
    }
}
