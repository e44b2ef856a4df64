package dev.cistern.cli;

import static dev.cistern.cli.Bodies.operation;
import static dev.cistern.cli.Bodies.page;
import static dev.cistern.cli.Bodies.pageBefore;
import static dev.cistern.cli.Bodies.pool;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PoolVerbsTest {
    private final FakeCistern server = new FakeCistern();
    private final Client client = new Client(server);
    @TempDir private Path folder;

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource({
        "pool-build images,POST /v1/pools/images/build,Pool images built",
        "pool-build images --overwrite,POST /v1/pools/images/build?overwrite=true,Pool images built",
        "pool-build images --no-overwrite,POST /v1/pools/images/build?noOverwrite=true,Pool images built",
        "pool-delete images,POST /v1/pools/images/delete,Pool images deleted",
        "pool-delete images --zeroed,POST /v1/pools/images/delete?zeroed=true,Pool images deleted",
        "pool-start images,POST /v1/pools/images/start,Pool images started",
        "pool-destroy images,POST /v1/pools/images/stop,Pool images destroyed",
        "pool-refresh images,POST /v1/pools/images/refresh,Pool images refreshed",
        "pool-undefine images,DELETE /v1/pools/images,Pool images has been undefined",
        "pool-undefine images --keep-files,DELETE /v1/pools/images?keepFiles=true,Pool images has been undefined",
        "pool-start große%2Fbilder,POST /v1/pools/gro%C3%9Fe%252Fbilder/start,Pool große%2Fbilder started"
    })
    void asksForWorkAndTellsItsEnd(String line, String request, String sentence) {
        server.answers(202, operation("pool", "succeeded"));

        var run = client.run(line);

        assertThat(run).isEqualTo(new Client.Run(0, sentence + System.lineSeparator(), ""));
        assertThat(server.lines()).containsExactly(request);
    }

    @Test
    void marksAPoolAsAutostarted() {
        server.answers(200, pool("images", "inactive"));
        server.answers(200, pool("images", "inactive"));

        assertThat(client.run("pool-autostart images").out())
                .isEqualToIgnoringNewLines("Pool images marked as autostarted");
        assertThat(server.lastBody()).isEqualTo("{\"autostart\":true}");
        assertThat(client.run("pool-autostart images --disable").out())
                .isEqualToIgnoringNewLines("Pool images unmarked as autostarted");
        assertThat(server.lastBody()).isEqualTo("{\"autostart\":false}");
        assertThat(server.lines())
                .containsExactly("PATCH /v1/pools/images", "PATCH /v1/pools/images");
    }

    @Test
    void importsAFolderOfLibvirtsWithItsLinks() throws IOException {
        var links = Files.createDirectory(folder.resolve("autostart"));
        Files.writeString(folder.resolve("a.xml"), "<pool/>");
        Files.writeString(folder.resolve("b.xml"), "<pool/>");
        Files.createSymbolicLink(links.resolve("a.xml"), folder.resolve("a.xml"));
        for (var answer = 0; answer < 4; answer++) {
            server.answers(200, pool("images", "inactive"));
        }

        var run = client.run("pool-import", folder.toString());

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(server.requests().stream().map(request -> request.body()).toList())
                .containsExactly(
                        "<pool/>", "{\"autostart\":true}", "<pool/>", "{\"autostart\":false}");
    }

    @Test
    void createsByDefiningBuildingAndStarting() {
        server.answers(201, pool("images", "inactive"));
        server.answers(202, operation("pool", "succeeded"));
        server.answers(202, operation("pool", "succeeded"));

        var run = client.run("pool-create-as images dir --target /images --build");

        assertThat(run.out()).as(run.err()).isEqualToIgnoringNewLines("Pool images created");
        assertThat(server.lines())
                .containsExactly(
                        "POST /v1/pools",
                        "POST /v1/pools/images/build",
                        "POST /v1/pools/images/start");
    }

    @Test
    void startsWhatItHasBuilt() {
        server.answers(202, operation("pool", "running"))
                .answers(200, operation("pool", "succeeded"))
                .answers(202, operation("pool", "succeeded"));

        var run = client.run("pool-start images --build");

        assertThat(run.out()).isEqualToIgnoringNewLines("Pool images started");
        assertThat(server.lines())
                .containsExactly(
                        "POST /v1/pools/images/build",
                        "GET /v1/pools/-/operations/%s?wait=1s".formatted(Bodies.OPERATION),
                        "POST /v1/pools/images/start");
    }

    @Test
    void startsNothingThatCouldNotBeBuilt() {
        server.answers(202, operation("pool", "failed"));

        var run = client.run("pool-start images --build");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err())
                .startsWith("error: The file system is full: /images has 10 bytes left");
        assertThat(server.lines()).containsExactly("POST /v1/pools/images/build");
    }

    @Test
    void asksForBuildAndStartAtOnceIfItDoesNotWait() {
        server.answers(202, operation("pool", "queued")).answers(202, operation("pool", "waiting"));

        var run = client.run("pool-start images --build --async");

        assertThat(run).isEqualTo(new Client.Run(0, Bodies.OPERATION + System.lineSeparator(), ""));
        assertThat(server.lines())
                .containsExactly("POST /v1/pools/images/build", "POST /v1/pools/images/start");
    }

    @Test
    void definesByXmlFromAFile() throws IOException {
        var xml = Files.writeString(folder.resolve("default.xml"), "<!-- by hand -->\n<pool/>");
        server.answers(201, pool("images", "inactive"));

        var run = client.run("pool-define", xml.toString());

        assertThat(run.out()).isEqualToIgnoringNewLines("Pool images defined from " + xml);
        assertThat(server.lines()).containsExactly("POST /v1/pools");
        assertThat(server.lastBody()).isEqualTo("<!-- by hand -->\n<pool/>");
        assertThat(server.requests().getLast().type()).isEqualTo("application/xml");
    }

    @Test
    void definesByJsonFromStandardInput() {
        server.answers(201, pool("images", "inactive"));

        var run = client.reading("\n {\"name\":\"images\"}").run("pool-define -");

        assertThat(run.out()).isEqualToIgnoringNewLines("Pool images defined from -");
        assertThat(server.lastBody()).isEqualTo("\n {\"name\":\"images\"}");
        assertThat(server.requests().getLast().type()).isEqualTo("application/json");
    }

    @Test
    void namesTheFileThatCannotBeRead() {
        var absent = folder.resolve("absent.xml");

        assertThat(client.run("pool-define", absent.toString()))
                .isEqualTo(
                        new Client.Run(1, "", "error: there is no file '%s'%n".formatted(absent)));
        assertThat(client.run("pool-define", folder.toString()).err())
                .startsWith("error: cannot read '" + folder);
        assertThat(server.lines()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "images dir --target /images | {'name':'images','type':'dir','path':'/images'}",
                "images dir - - - - /images | {'name':'images','type':'dir','path':'/images'}",
                "images netfs nas.example.org /exports - - /mnt/nas --source-format nfs --source-protocol-ver 4.2"
                        + " --mount-option sync --mount-option hard"
                        + " | {'name':'images','type':'netfs','path':'/mnt/nas','source':{'host':'nas.example.org','dir':'/exports','format':'nfs','protocol':'4.2','mountOptions':['sync','hard']}}",
                "images fs --source-dev /dev/sdz --source-format xfs --target /mnt/disk"
                        + " | {'name':'images','type':'fs','path':'/mnt/disk','source':{'device':'/dev/sdz','format':'xfs'}}",
                "--target=/a/../b images dir --node node-1 --overcommit 1.5 --limit 500G"
                        + " | {'name':'images','type':'dir','path':'/a/../b','node':'node-1','overcommit':1.5,'limit':536870912000}"
            })
    void definesByArgumentsAsVirshDoes(String arguments, String body) {
        server.answers(201, pool("images", "inactive"));

        var run = client.run("pool-define-as " + arguments);

        assertThat(run.out()).as(run.err()).isEqualToIgnoringNewLines("Pool images defined");
        assertThat(server.lines()).containsExactly("POST /v1/pools");
        assertThat(server.lastBody()).isEqualTo(body.replace('\'', '"'));
    }

    @Test
    void aRelativeFolderCountsFromHere() {
        server.answers(201, pool("images", "inactive"));

        client.run("pool-define-as images dir --target ./images");

        assertThat(server.lastBody())
                .contains("\"path\":\"%s\"".formatted(Path.of("images").toAbsolutePath()));
    }

    @ParameterizedTest
    @CsvSource({
        "pool-define-as images dir,the folder of the pool is missing",
        "pool-define-as images dir /images,/images' stands where virsh has the source",
        "pool-define-as images dir - - - - -,the folder of the pool is missing",
        "pool-define-as images dir --target /images --limit 5X,X' is not a unit",
        "pool-define-as images dir --target /images --overcommit much,much"
    })
    void aDefinitionThatMakesNoSenseIsMisuse(String line, String reason) {
        var run = client.run(line);

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err())
                .startsWith("error: ")
                .contains(reason)
                .contains("Usage: cistern pool-define-as");
        assertThat(server.lines()).isEmpty();
    }

    @Test
    void listsWhatIsActiveAsVirshDoes() {
        threePools();

        assertThat(client.run("pool-list").out().lines())
                .containsExactly(
                        " Name     State      Autostart",
                        "--------------------------------",
                        " images   active     yes",
                        " worn     degraded   yes");
    }

    private void threePools() {
        server.answers(200, pageBefore("abc", pool("images", "running"), pool("old", "inactive")))
                .answers(200, page(pool("worn", "degraded")));
    }

    @Test
    void listsTheOthersIfAsked() {
        threePools();
        threePools();

        assertThat(client.run("pool-list --inactive").out().lines().skip(2))
                .containsExactly(" old    inactive   yes");
        assertThat(client.run("pool-list --all").out().lines().skip(2)).hasSize(3);
        assertThat(server.lines())
                .startsWith("GET /v1/pools?limit=500", "GET /v1/pools?limit=500&cursor=abc");
    }

    @Test
    void listsDetails() {
        threePools();

        assertThat(client.run("pool-list --all --details").out().lines().toList())
                .startsWith(
                        " Name     State      Autostart   Persistent   Capacity     Allocation   Available   Path",
                        "---------------------------------------------------------------------------------------------",
                        " images   running    yes         yes          100.00 GiB   1.00 GiB     99.00 GiB   /images");
    }

    @Test
    void listsAsJsonWhatTheServerSaid() throws IOException {
        threePools();

        var run = client.run("pool-list --all -o json");

        assertThat(Trees.read(run.out()))
                .isEqualTo(
                        Trees.read(
                                "[%s,%s,%s]"
                                        .formatted(
                                                pool("images", "running"),
                                                pool("old", "inactive"),
                                                pool("worn", "degraded"))));
    }

    @Test
    void anEmptyListHasHeadingsOrIsAnEmptyArray() throws IOException {
        server.answers(200, page()).answers(200, page());

        assertThat(client.run("pool-list").out().lines()).hasSize(2);
        assertThat(Trees.read(client.run("pool-list -o json").out())).isEmpty();
    }

    @Test
    void showsAPool() {
        server.answers(200, pool("images", "running")).answers(200, pool("images", "running"));

        var run = client.run("pool-info images");

        assertThat(run.out().lines())
                .containsExactly(
                        "Name:           images",
                        "UUID:           " + Bodies.POOL_ID,
                        "State:          running",
                        "Persistent:     yes",
                        "Autostart:      yes",
                        "Capacity:       100.00 GiB",
                        "Allocation:     1.00 GiB",
                        "Available:      99.00 GiB",
                        "Type:           dir",
                        "Path:           /images",
                        "Node:           node-1",
                        "Overcommit:     10.0");
        assertThat(client.run("pool-info images --bytes").out())
                .contains("Available:      106300440576");
        assertThat(server.lines()).containsOnly("GET /v1/pools/images");
    }

    @Test
    void showsNoFiguresOfAPoolThatIsNotMeasured() {
        server.answers(200, pool("images", "inactive"));

        assertThat(client.run("pool-info images").out())
                .contains("State:          inactive")
                .doesNotContain("Capacity");
    }

    @Test
    void showsAPoolAsJson() throws IOException {
        server.answers(200, pool("images", "running"));

        assertThat(Trees.read(client.run("-o json pool-info images").out()))
                .isEqualTo(Trees.read(pool("images", "running")));
    }

    @Test
    void writesXmlAsItIsButForWhatATerminalWouldActOn() {
        server.answers(
                200, "application/xml;charset=UTF-8", "<pool>\n\t<name>ö\u009bm</name></pool>\n");

        var run = client.run("pool-dumpxml images");

        assertThat(run.out()).isEqualTo("<pool>\n\t<name>ö&#x9b;m</name></pool>%n".formatted());
        assertThat(server.lines()).containsExactly("GET /v1/pools/images");
        assertThat(server.requests().getLast().accept()).isEqualTo("application/xml");
    }

    @Test
    void theXmlVerbHasJsonToo() throws IOException {
        server.answers(200, pool("images", "running"));

        assertThat(
                        Trees.read(client.run("pool-dumpxml images -o json").out())
                                .path("epoch")
                                .asInt())
                .isEqualTo(3);
        assertThat(server.requests().getLast().accept()).isEqualTo("application/json");
    }

    @Test
    void aNameThatWouldLeadElsewhereIsRefused() {
        assertThat(client.run("pool-info", "..").err())
                .startsWith("error: '..' cannot be the name");
        assertThat(client.run("pool-info", "").err()).startsWith("error: '' cannot be the name");
        assertThat(server.lines()).isEmpty();
    }

    @Test
    void readsFilesOfMoreThanAsciiAsTheyAre() throws IOException {
        var json = folder.resolve("pool.json");
        Files.write(json, "\ufeff{\"name\":\"bücher\"}".getBytes(StandardCharsets.UTF_8));
        server.answers(201, pool("bücher", "inactive"));

        client.run("pool-define", json.toString());

        assertThat(server.requests().getLast().type()).isEqualTo("application/json");
        assertThat(server.lastBody()).contains("bücher");
    }
}
