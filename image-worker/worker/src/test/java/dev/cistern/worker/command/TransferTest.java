package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Command;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.worker.Eventually;
import java.net.URI;
import java.nio.file.Files;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is the same whether clients fetch or deliver. */
class TransferTest extends TransferBench {
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

        assertThat(code(end())).isEqualTo(ProblemCode.TRANSFER_OVER);
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
}
