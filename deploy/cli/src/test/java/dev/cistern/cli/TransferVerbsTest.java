package dev.cistern.cli;

import static dev.cistern.cli.Bodies.OPERATION;
import static dev.cistern.cli.Bodies.operation;
import static dev.cistern.cli.Bodies.problem;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is fetched from volumes and delivered into them, from a server that plays both parts. */
class TransferVerbsTest {
    private static final String EXTENTS =
            """
            {"size":12,"extents":[{"start":0,"length":5,"state":"data"},{"start":5,"length":7,"state":"zero"}]}""";

    @TempDir Path folder;
    private final FakeCistern server = new FakeCistern();
    private final Client client = new Client(server);

    @AfterEach
    void stop() {
        server.close();
    }

    private FakeCistern workerAt(String name) {
        return server.answers(
                200,
                """
                {"operation":"%s","state":"running","url":"%s/v1/transfers/%s"}"""
                        .formatted(OPERATION, server.url(), name));
    }

    private FakeCistern begins() {
        server.answers(202, operation("volume", "queued"));
        return workerAt("a.1");
    }

    private void ends() {
        server.answers(204, "").answers(200, operation("volume", "succeeded"));
    }

    @Test
    void downloads() throws IOException {
        begins().answers(200, EXTENTS).answers(200, EXTENTS).answers(206, "text/plain", "hello");
        ends();

        var run = client.run("vol-download web1 %s/out --pool images".formatted(folder));

        assertThat(run.out())
                .as(run.err())
                .isEqualToIgnoringNewLines("Vol web1 downloaded to %s/out".formatted(folder));
        assertThat(Files.readString(folder.resolve("out"))).isEqualTo("hello\0\0\0\0\0\0\0");
        assertThat(server.lines())
                .containsExactly(
                        "POST /v1/volumes/images%3Aweb1/transfers",
                        "GET /v1/volumes/-/transfers/" + OPERATION + "?wait=20s",
                        "GET /v1/transfers/a.1/extents?from=0",
                        "GET /v1/transfers/a.1/extents?from=0",
                        "GET /v1/transfers/a.1",
                        "POST /v1/transfers/a.1/finish",
                        "GET /v1/volumes/-/operations/" + OPERATION + "?wait=1s");
        assertThat(server.requests().getFirst().body())
                .matches("\\{\"direction\":\"download\",\"token\":\"[0-9a-f]{64}\"}");
    }

    @Test
    void downloadsAPart() throws IOException {
        begins().answers(200, EXTENTS)
                .answers(
                        200,
                        EXTENTS.replace("\"start\":0,\"length\":5", "\"start\":3,\"length\":2"))
                .answers(206, "text/plain", "lo");
        ends();

        var run =
                client.run(
                        "vol-download web1 %s/out --pool images --offset 3 --length 4 --sparse"
                                .formatted(folder));

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(Files.readString(folder.resolve("out"))).isEqualTo("lo\0\0");
    }

    @Test
    void followsATransferToAnotherWorker() throws IOException {
        begins().answers(200, EXTENTS)
                .answers(200, EXTENTS)
                .answers(410, problem(410, "transfer-over", "Over", "it went to another", ""));
        workerAt("b.1").answers(206, "text/plain", "hello");
        ends();

        var run =
                client.run(
                        "vol-download web1 %s/out --pool images --connections 1".formatted(folder));

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(Files.readString(folder.resolve("out"))).startsWith("hello");
        assertThat(server.lines()).contains("GET /v1/transfers/b.1");
    }

    @Test
    void aPartThatIsNotThereIsRefusedAndTheTransferCancelled() {
        begins().answers(200, EXTENTS).answers(200, operation("volume", "cancelled"));

        var run =
                client.run("vol-download web1 %s/out --pool images --offset 13".formatted(folder));

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("has 12 bytes");
        assertThat(server.lines())
                .endsWith("POST /v1/volumes/-/operations/" + OPERATION + "/cancel");
    }

    @Test
    void uploads() throws IOException {
        Files.writeString(folder.resolve("in"), "hello");
        begins().answers(204, "");
        ends();

        var run = client.run("vol-upload web1 %s/in --pool images".formatted(folder));

        assertThat(run.out())
                .as(run.err())
                .isEqualToIgnoringNewLines("Vol web1 uploaded from %s/in".formatted(folder));
        assertThat(server.lines())
                .containsExactly(
                        "POST /v1/volumes/images%3Aweb1/transfers",
                        "GET /v1/volumes/-/transfers/" + OPERATION + "?wait=20s",
                        "PUT /v1/transfers/a.1",
                        "POST /v1/transfers/a.1/finish",
                        "GET /v1/volumes/-/operations/" + OPERATION + "?wait=1s");
        assertThat(server.requests().getFirst().body())
                .contains("\"direction\":\"upload\",\"size\":5,\"onto\":false");
        assertThat(server.requests().get(2).body()).isEqualTo("hello");
    }

    /** Without a size all is read first; in both cases the whole of it comes. */
    @ParameterizedTest
    @ValueSource(strings = {"", " --size 5"})
    void uploadsStandardInput(String size) {
        begins().answers(204, "");
        ends();

        var run = client.reading("hello").run("vol-upload web1 - --pool images" + size);

        assertThat(run.out()).as(run.err()).isEqualToIgnoringNewLines("Vol web1 uploaded from -");
        assertThat(server.requests().getFirst().body())
                .contains("\"direction\":\"upload\",\"size\":5,\"onto\":false");
        assertThat(server.requests().get(2).body()).isEqualTo("hello");
    }

    @Test
    void uploadsAPartOfStandardInput() {
        begins().answers(204, "");
        ends();

        var run =
                client.reading("hello")
                        .run("vol-upload web1 - --offset 512 --length 4 --pool images");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(server.requests().getFirst().body()).contains("\"size\":516,\"onto\":true");
        assertThat(server.requests().get(2).body()).isEqualTo("hell");
    }

    @Test
    void tellsThatStandardInputHasLess() {
        begins();
        server.answers(200, operation("volume", "cancelled"));

        var run = client.reading("hello").run("vol-upload web1 - --size 6 --pool images");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("standard input ended after 5 of 6 bytes");
        assertThat(server.lines())
                .contains("POST /v1/volumes/-/operations/" + OPERATION + "/cancel");
    }

    @Test
    void uploadsNothingOfAnEmptyStandardInput() {
        assertThat(client.reading("").run("vol-upload web1 - --pool images").err())
                .contains("the file has 0 bytes");
        assertThat(server.lines()).isEmpty();
    }

    /** What came from standard input is kept in a file, so it can be sent again. */
    @Test
    void standardInputBeginsAnewAtAnotherWorkerUnlessItIsSentAsItComes() {
        begins().breaksConnection();
        workerAt("b.1").answers(204, "");
        ends();
        var kept = client.reading("hello").run("vol-upload web1 - --pool images --connections 1");
        assertThat(kept.code()).as(kept.err()).isZero();
        assertThat(server.lines()).contains("PUT /v1/transfers/a.1", "PUT /v1/transfers/b.1");

        begins().breaksConnection();
        workerAt("b.1").answers(200, operation("volume", "cancelled"));
        var run =
                client.reading("hello")
                        .run("vol-upload web1 - --size 5 --pool images --connections 1");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("what was read from standard input is gone");
    }

    @Test
    void tellsHowLargeAnImageIs() throws IOException {
        var header = new byte[32];
        header[0] = 'Q';
        header[1] = 'F';
        header[2] = 'I';
        header[3] = (byte) 0xfb;
        header[29] = 1;
        Files.write(folder.resolve("in"), header);
        begins().answers(204, "");
        ends();

        client.run("vol-upload web1 %s/in --pool images".formatted(folder));

        assertThat(server.requests().getFirst().body()).contains("\"capacity\":65536");
    }

    @Test
    void anUploadBeginsAnewAtAnotherWorker() throws IOException {
        Files.writeString(folder.resolve("in"), "hello");
        begins().breaksConnection();
        workerAt("b.1").answers(204, "");
        ends();

        var run =
                client.run("vol-upload web1 %s/in --pool images --connections 1".formatted(folder));

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).contains("begins anew");
        assertThat(server.lines()).contains("PUT /v1/transfers/a.1", "PUT /v1/transfers/b.1");
    }

    @Test
    void whatEndsATransferIsTold() throws IOException {
        Files.writeString(folder.resolve("in"), "hello");
        server.answers(202, operation("volume", "queued"))
                .answers(200, "{\"operation\":\"%s\",\"state\":\"failed\"}".formatted(OPERATION))
                .answers(200, operation("volume", "failed"));

        var run = client.run("vol-upload web1 %s/in --pool images".formatted(folder));

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("/images has 10 bytes left");
    }

    @Test
    void whatAWorkerRefusesIsTold() throws IOException {
        Files.writeString(folder.resolve("in"), "hello");
        begins().answers(
                        416,
                        problem(416, "range-not-satisfiable", "Too long", "the content ends", ""))
                .answers(200, operation("volume", "cancelled"));

        var run = client.run("vol-upload web1 %s/in --pool images".formatted(folder));

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("the content ends");
    }

    @Test
    void misuse() {
        assertThat(client.run("vol-upload web1 x --connections 0").code()).isEqualTo(2);
        assertThat(client.run("vol-download web1 x --connections 17").code()).isEqualTo(2);
        assertThat(client.run("vol-upload web1 x --size 5 --pool images").code()).isEqualTo(2);
        assertThat(client.run("vol-upload web1 /no/such/file --pool images").err())
                .contains("there is no file");
        assertThat(server.lines()).isEmpty();
    }
}
