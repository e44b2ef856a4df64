package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Result;
import dev.cistern.worker.Eventually;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Base64;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What clients fetch over the port of a worker. */
class DownloadTest extends TransferBench {
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
}
