package dev.cistern.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each verb: what it asks of the server, what it prints, and its exit code. */
final class VerbsTest {
    private static final String ENDED =
            "{\"id\":\"op1\",\"kind\":\"K\",\"target\":{\"type\":\"volume\"},\"state\":\"succeeded\",\"done\":true}";
    private static final String RUNNING =
            "{\"id\":\"op1\",\"kind\":\"K\",\"target\":{\"type\":\"pool\"},\"state\":\"running\",\"done\":false}";
    private static final String FAILED =
            "{\"id\":\"op1\",\"kind\":\"K\",\"target\":{\"type\":\"pool\"},\"state\":\"failed\",\"done\":true,"
                    + "\"problem\":{\"code\":\"pool-foreign\",\"detail\":\"it is another's\"}}";
    private static final String POOL =
            "{\"id\":\"1\",\"name\":\"images\",\"state\":\"running\",\"path\":\"/p\",\"capacity\":1073741824,"
                    + "\"allocation\":1048576,\"available\":1072693248,\"autostart\":false}";
    private static final String VOLUME =
            "{\"id\":\"2\",\"name\":\"disk\\u001b[31m\",\"pool\":\"images\",\"path\":\"/p/disk\",\"format\":\"qcow2\","
                    + "\"state\":\"available\",\"conditions\":[\"missing\"],\"capacity\":1073741824,\"allocation\":196608,"
                    + "\"mode\":\"0600\",\"owner\":0,\"group\":0}";

    @TempDir Path folder;
    private FakeServer server;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void start() throws IOException {
        server = new FakeServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private int run(String... arguments) {
        return Main.commandLine(
                        new PrintWriter(out, true),
                        new PrintWriter(err, true),
                        Map.of("CISTERN_URL", server.url()))
                .execute(arguments);
    }

    @ParameterizedTest
    @CsvSource({
        "pool-build images,POST /v1/pools/images/build,Pool images built",
        "pool-start images,POST /v1/pools/images/start,Pool images started",
        "pool-destroy images,POST /v1/pools/images/stop,Pool images destroyed",
        "pool-refresh images,POST /v1/pools/images/refresh,Pool images refreshed",
        "pool-undefine images,DELETE /v1/pools/images,Pool images has been undefined",
        "pool-undefine images --keep-files,DELETE /v1/pools/images?keepFiles=true,Pool images has been undefined",
        "vol-delete disk --pool images,DELETE /v1/volumes/images%3Adisk,Vol disk deleted",
        "vol-delete disk images,DELETE /v1/volumes/images%3Adisk,Vol disk deleted",
        "vol-create-as images disk 10G --format qcow2 --owner 7,"
                + "'POST /v1/volumes {\"pool\":\"images\",\"name\":\"disk\",\"format\":\"qcow2\",\"capacity\":10737418240,\"owner\":7}',"
                + "Vol disk created"
    })
    void workIsAskedForAndItsEndTold(String line, String request, String sentence) {
        server.reply(202, ENDED);

        assertThat(run(line.split(" "))).as(err.toString()).isZero();

        assertThat(server.requests()).containsExactly(request);
        assertThat(out).hasToString(sentence + System.lineSeparator());
    }

    @Test
    void waitsAsLongAsItRuns() {
        server.reply(202, RUNNING).reply(200, RUNNING).reply(200, ENDED);

        assertThat(run("pool-start", "images")).isZero();

        assertThat(server.requests())
                .containsExactly(
                        "POST /v1/pools/images/start",
                        "GET /v1/pools/-/operations/op1?wait=1s",
                        "GET /v1/pools/-/operations/op1?wait=2s");
    }

    @Test
    void aFailedOperationIsAFailure() {
        server.reply(202, FAILED);

        assertThat(run("pool-start", "images")).isEqualTo(1);

        assertThat(err.toString()).contains("error: it is another's (pool-foreign)");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void asyncPrintsTheIdAndDoesNotWait() {
        server.reply(202, RUNNING);

        assertThat(run("pool-start", "images", "--async")).isZero();

        assertThat(out).hasToString("op1" + System.lineSeparator());
    }

    @Test
    void definesByXmlAndByJson() throws IOException {
        Files.writeString(folder.resolve("a.xml"), "<pool type='dir'/>");
        Files.writeString(folder.resolve("a.json"), " {\"name\":\"x\"}");
        server.reply(201, POOL).reply(201, POOL).reply(201, POOL);

        assertThat(run("pool-define", folder.resolve("a.xml").toString())).isZero();
        assertThat(run("pool-define", folder.resolve("a.json").toString())).isZero();
        assertThat(
                        run(
                                "pool-define-as",
                                "images",
                                "dir",
                                "-",
                                "-",
                                "-",
                                "-",
                                "/p",
                                "--limit",
                                "1K"))
                .isZero();

        assertThat(server.requests())
                .containsExactly(
                        "POST /v1/pools <pool type='dir'/>",
                        "POST /v1/pools  {\"name\":\"x\"}",
                        "POST /v1/pools {\"name\":\"images\",\"type\":\"dir\",\"path\":\"/p\",\"limit\":1024}");
    }

    @Test
    void aFileThatCannotBeReadIsNamed() {
        assertThat(run("pool-define", "/absent.xml")).isEqualTo(1);

        assertThat(err.toString()).contains("cannot read /absent.xml");
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void listsFollowThePagesAndHideTheInactive() {
        server.reply(200, "{\"items\":[" + POOL + "],\"next\":\"abc\"}")
                .reply(
                        200,
                        "{\"items\":[{\"name\":\"old\",\"state\":\"inactive\",\"autostart\":true}]}");

        assertThat(run("pool-list")).isZero();

        assertThat(server.requests().getLast()).isEqualTo("GET /v1/pools?limit=100&cursor=abc");
        assertThat(out.toString().lines())
                .containsExactly(
                        " Name     State    Autostart",
                        "------------------------------",
                        " images   active   no");
    }

    @Test
    void volumesAreShownWithoutTheirEscapeSequences() {
        server.reply(200, POOL).reply(200, "{\"items\":[" + VOLUME + "]}").reply(200, VOLUME);

        assertThat(run("vol-list", "images", "--details")).isZero();
        assertThat(run("vol-info", "disk", "--pool", "images", "--bytes")).isZero();

        assertThat(out.toString())
                .doesNotContain("\u001b")
                .contains(
                        "disk?[31m   /p/disk   qcow2    available   missing      1.00 GiB   192.00 KiB")
                .contains("Capacity:       1073741824");
    }

    @Test
    void jsonIsWhatTheServerSaid() {
        server.reply(200, POOL).reply(200, "{\"items\":[" + VOLUME + "]}");

        assertThat(run("vol-list", "images", "-o", "json")).isZero();

        assertThat(out.toString()).startsWith("[").contains("\"capacity\" : 1073741824");
    }

    @Test
    void xmlIsPrintedAsItCame() {
        server.reply(200, "<pool>\n</pool>\n");

        assertThat(run("pool-dumpxml", "images")).isZero();

        assertThat(out).hasToString("<pool>\n</pool>" + System.lineSeparator());
    }

    @Test
    void operationsAreFoundByIdAlone() {
        server.reply(404, "{\"code\":\"operation-not-found\"}").reply(200, FAILED);

        assertThat(run("op-info", "op1")).isZero();

        assertThat(server.requests())
                .containsExactly(
                        "GET /v1/volumes/-/operations/op1", "GET /v1/pools/-/operations/op1");
        assertThat(out.toString()).contains("Problem:        it is another's (pool-foreign)");
    }

    @Test
    void opWaitTellsHowItEnded() {
        server.reply(200, ENDED).reply(200, FAILED);

        assertThat(run("op-wait", "op1")).isZero();
        assertThat(run("op-wait", "op1")).isEqualTo(1);
    }

    @Test
    void opWaitGivesUpInTime() {
        server.reply(200, RUNNING).reply(200, RUNNING);

        assertThat(run("op-wait", "op1", "--timeout", "0s")).isEqualTo(124);

        assertThat(err.toString()).contains("still running");
    }

    @Test
    void opCancelWaitsForTheEnd() {
        server.reply(200, RUNNING).reply(200, RUNNING).reply(200, FAILED);

        assertThat(run("op-cancel", "op1")).isZero();

        assertThat(server.requests().get(1)).isEqualTo("POST /v1/pools/-/operations/op1/cancel");
    }

    @Test
    void opListShowsWhatHasNotEnded() {
        server.reply(200, "{\"items\":[" + FAILED + "]}")
                .reply(200, "{\"items\":[" + RUNNING + "]}");

        assertThat(run("op-list")).isZero();

        assertThat(out.toString()).contains("running").doesNotContain("failed");
    }

    @Test
    void eventsEndWithTheCursorToGoOnFrom() {
        server.reply(
                        200,
                        "{\"items\":[{\"time\":\"T\",\"type\":\"dev.cistern.volume.created.v1\",\"data\":{\"name\":\"disk\",\"newState\":\"available\"}}],\"cursor\":\"c1\"}")
                .reply(200, "{\"items\":[],\"cursor\":\"c1\"}");

        assertThat(run("events")).isZero();

        assertThat(out.toString()).contains("volume.created.v1").contains("disk");
        assertThat(err.toString()).contains("cursor: c1");
    }

    @Test
    void nodesAreListed() {
        server.reply(
                200,
                "{\"items\":[{\"name\":\"n1\",\"state\":\"online\",\"groups\":[\"n1\",\"nfs\"],\"slots\":{\"metadata\":{\"total\":8,\"free\":7},\"bulk\":{\"total\":2,\"free\":2}}}]}");

        assertThat(run("node-list")).isZero();

        assertThat(out.toString()).contains("n1, nfs").contains("7/8, bulk 2/2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1X", "-1", "", "1.5G", "99999999999999999999"})
    void aCapacityThatIsNoneIsMisuse(String capacity) {
        assertThat(run("vol-create-as", "images", "disk", capacity)).isEqualTo(2);

        assertThat(server.requests()).isEmpty();
    }

    @Test
    void noServerIsOneSentence() {
        server.close();

        assertThat(run("pool-list")).isEqualTo(1);

        assertThat(err.toString().lines()).hasSize(1);
        assertThat(err.toString()).contains(server.url()).contains("./cistern up");
    }

    @Test
    void aServerThatIsAnothersIsOneSentence() {
        server.reply(200, "<html>");

        assertThat(run("pool-info", "images")).isEqualTo(1);

        assertThat(err.toString()).contains("is that address Cistern's?");
    }

    @Test
    void everyVerbHasHelpWithAnExample() {
        var line = Main.commandLine(new PrintWriter(out), new PrintWriter(err), Map.of());
        for (var verb : line.getSubcommands().entrySet()) {
            if (!"completion".equals(verb.getKey())) {
                assertThat(verb.getValue().getUsageMessage())
                        .as(verb.getKey())
                        .contains("Example: ")
                        .contains("cistern " + verb.getKey());
            }
        }
    }
}
