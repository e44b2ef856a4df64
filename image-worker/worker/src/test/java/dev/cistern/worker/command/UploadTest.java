package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.worker.Eventually;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What clients deliver over the port of a worker, and what becomes of the volume. */
class UploadTest extends TransferBench {
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

        requireRefused(
                finish(client),
                ProblemCode.INVALID_REQUEST,
                "what was uploaded to disk is no qcow2 image: it begins as no image of a known format does");
        requireAsBefore("qcow2");
    }

    @Test
    void anImageOfAnotherFormatIsRefused() throws Exception {
        var client = begin(TransferScenes.upload(pool, volume, qcow2(), MIB));
        Qemu.img(folder, "create", "-q", "-f", "vmdk", "new", "1M");
        client.put(0, Files.readAllBytes(folder.resolve("new")));

        requireRefused(
                finish(client),
                ProblemCode.INVALID_REQUEST,
                "what was uploaded to disk is no qcow2 image: it begins as a vmdk image does");
        requireAsBefore("qcow2");
    }

    @Test
    void whatIsNoVmdkImageIsRefused() throws Exception {
        bench.run(pool.create(volume, "disk", "vmdk"));
        var image = pool.image("disk", "vmdk");
        Qemu.io(pool.file("disk"), "vmdk", "write -P 1 0 64k");
        Qemu.io(pool.file("disk"), "vmdk", "write -P 2 512k 64k");
        var client = begin(TransferScenes.upload(pool, volume, image, MIB));
        client.put(0, TransferClient.content());

        requireRefused(
                finish(client),
                ProblemCode.INVALID_REQUEST,
                "what was uploaded to disk is no vmdk image");
        requireAsBefore("vmdk");
    }

    @Test
    void anImageThatIsCutOffIsRefused() throws Exception {
        var image = qcow2();
        Qemu.img(folder, "create", "-q", "-f", "qcow2", "new", "1M");
        var bytes = Arrays.copyOf(Files.readAllBytes(folder.resolve("new")), 1000);
        var client = begin(TransferScenes.upload(pool, volume, image, bytes.length));
        client.put(0, bytes);

        requireRefused(
                finish(client),
                ProblemCode.INVALID_REQUEST,
                "what was uploaded to disk cannot be used as a qcow2 image: ");
        requireAsBefore("qcow2");
    }

    @Test
    void anImageWithAnUnknownFeatureIsRefused() throws Exception {
        var image = qcow2();
        Qemu.img(folder, "create", "-q", "-f", "qcow2", "new", "1M");
        var bytes = Files.readAllBytes(folder.resolve("new"));
        bytes[72] = (byte) 0x80;
        var client = begin(TransferScenes.upload(pool, volume, image, bytes.length));
        client.put(0, bytes);

        requireRefused(
                finish(client),
                ProblemCode.UNSUPPORTED,
                "what was uploaded to disk cannot be used as a qcow2 image: ");
        requireAsBefore("qcow2");
    }

    /** The place where the bytes were kept tells the client nothing. */
    private void requireRefused(Result result, ProblemCode code, String words) {
        assertThat(result)
                .isInstanceOfSatisfying(
                        Result.CommandFailed.class,
                        failed -> {
                            assertThat(failed.problem().code()).isEqualTo(code);
                            assertThat(failed.problem().detail())
                                    .startsWith(words)
                                    .doesNotContain("staging", folder.toString());
                        });
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

        assertThat(code(finish(client))).isEqualTo(ProblemCode.INVALID_REQUEST);
        requireAsBefore("qcow2");
    }

    @Test
    void anImageThatIsLargerThanAskedForIsRefused() throws Exception {
        var image = qcow2();
        Qemu.img(folder, "create", "-q", "-f", "qcow2", "new", "1G");
        var bytes = Files.readAllBytes(folder.resolve("new"));
        var client = begin(TransferScenes.upload(pool, volume, image, bytes.length));
        client.put(0, bytes);

        assertThat(code(finish(client))).isEqualTo(ProblemCode.INVALID_REQUEST);
        requireAsBefore("qcow2");
    }

    @Test
    void aCancelledUploadLeavesTheVolumeAsItWas() throws Exception {
        var client = begin(TransferScenes.upload(pool, volume, raw(), MIB));
        client.put(0, TransferClient.content());

        bench.hand.cancel(operation);

        assertThat(code(end())).isEqualTo(ProblemCode.CANCELLED);
        requireAsBefore("raw");
        assertThat(client.send("HEAD", "").statusCode()).isEqualTo(410);
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
    void aVolumeThatAVirtualMachineHasOpenIsNotReplaced() throws Exception {
        var image = qcow2();
        try (var _ = Qemu.holding(pool.file("disk"), "qcow2")) {
            var result = bench.run(operation, 1, TransferScenes.upload(pool, volume, image, MIB));

            assertThat(result).isNotNull();
            assertThat(code(Objects.requireNonNull(result))).isEqualTo(ProblemCode.VOLUME_IN_USE);
        }
        requireAsBefore("qcow2");
    }
}
