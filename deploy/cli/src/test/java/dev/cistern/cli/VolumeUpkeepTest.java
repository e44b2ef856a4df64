package dev.cistern.cli;

import static dev.cistern.cli.Bodies.operation;
import static dev.cistern.cli.Bodies.page;
import static dev.cistern.cli.Bodies.pool;
import static dev.cistern.cli.Bodies.volume;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The verbs that make volumes of others, and say things of them. */
final class VolumeUpkeepTest {
    private final FakeCistern server = new FakeCistern();
    private final Client client = new Client(server);

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "web1 web2 --pool images | {'name':'web2','strategy':'best'}",
                "web1 web2 --pool images --linked | {'name':'web2','strategy':'linked'}",
                "web1 web2 --pool images --reflink | {'name':'web2','strategy':'reflink'}",
                "web1 web2 --pool images --format vmdk --subformat streamOptimized --capacity 2K | {'name':'web2','strategy':'best','format':'vmdk','capacity':2048,'subformat':'streamOptimized'}",
                "web1 web2 --pool images --snapshot before | {'name':'web2','strategy':'best','snapshot':'before'}",
                "web1 web2 --pool images --full --to-pool fast | {'name':'web2','strategy':'full','pool':'fast'}"
            })
    void clones(String arguments, String body) {
        server.answers(202, operation("volume", "succeeded"));

        var run = client.run("vol-clone " + arguments);

        assertThat(run.out()).as(run.err()).isEqualToIgnoringNewLines("Vol web2 cloned from web1");
        assertThat(server.lines()).containsExactly("POST /v1/volumes/images%3Aweb1/clone");
        assertThat(server.lastBody()).isEqualTo(body.replace('\'', '"'));
    }

    private static final String NO_VOLUME =
            "{\"type\":\"about:blank\",\"code\":\"volume-not-found\",\"title\":\"No such volume\",\"status\":404,\"detail\":\"there is none\"}";

    @ParameterizedTest
    @CsvSource({"web1 web2 --pool images", "images:web1 web2"})
    void clonesAFileWhereThereIsNoVolume(String arguments) {
        server.answers(404, NO_VOLUME).answers(202, operation("volume", "succeeded"));

        var run = client.run("vol-clone " + arguments);

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(server.lines())
                .containsExactly(
                        "POST /v1/volumes/images%3Aweb1/clone",
                        "POST /v1/volumes/-/clone?file=images%3Aweb1");
        assertThat(server.lastBody()).isEqualTo("{\"name\":\"web2\",\"strategy\":\"best\"}");
    }

    @Test
    void clonesAFileByItsPath() {
        server.answers(200, page())
                .answers(200, page(pool("images", "running")))
                .answers(202, operation("volume", "succeeded"));

        var run = client.run("vol-clone /images/web1 web2");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(server.lines().getLast())
                .isEqualTo("POST /v1/volumes/-/clone?file=" + Bodies.POOL_ID + "%3Aweb1");
    }

    @Test
    void clonesNothingThatIsInNoPool() {
        server.answers(200, page()).answers(200, page(pool("images", "running")));

        assertThat(client.run("vol-clone /elsewhere/web1 web2").err())
                .contains("no volume has the path '/elsewhere/web1'");
    }

    @Test
    void anotherRefusalIsTheEndOfIt() {
        server.answers(404, NO_VOLUME.replace("volume-not-found", "snapshot-not-found"));

        assertThat(client.run("vol-clone web1 web2 --pool images --snapshot none").code())
                .isEqualTo(1);
        assertThat(server.lines()).hasSize(1);
    }

    @Test
    void clonesByXml(@TempDir Path folder) throws IOException {
        server.answers(202, operation("volume", "succeeded"));
        var file = Files.writeString(folder.resolve("web2.xml"), "<volume/>");

        var run =
                client.run(
                        "vol-create-from fast %s web1 --inputpool images --reflink"
                                .formatted(file));

        assertThat(run.out())
                .as(run.err())
                .isEqualToIgnoringNewLines("Vol web1 created from input vol web1");
        assertThat(server.lines())
                .containsExactly("POST /v1/volumes/images%3Aweb1/clone?pool=fast&strategy=reflink");
        assertThat(server.lastBody()).isEqualTo("<volume/>");
    }

    @Test
    void oneWayOfCloningAtMost() {
        assertThat(client.run("vol-clone web1 web2 --full --linked").code()).isEqualTo(2);
        assertThat(server.lines()).isEmpty();
    }

    @Test
    void renames() {
        server.answers(202, operation("volume", "succeeded"));

        assertThat(client.run("vol-rename web1 web2 --pool images").out())
                .isEqualToIgnoringNewLines("Vol web1 renamed to web2");
        assertThat(server.lines()).containsExactly("PATCH /v1/volumes/images%3Aweb1");
        assertThat(server.lastBody()).isEqualTo("{\"name\":\"web2\"}");
    }

    @ParameterizedTest
    @CsvSource({"flatten,flattened", "commit,committed", "compact,compacted"})
    void asksForWork(String verb, String participle) {
        server.answers(202, operation("volume", "succeeded"));

        assertThat(client.run("vol-" + verb + " web1 images").out())
                .isEqualToIgnoringNewLines("Vol web1 " + participle);
        assertThat(server.lines()).containsExactly("POST /v1/volumes/images%3Aweb1/" + verb);
    }

    @Test
    void tellsWhatARequestWouldComeTo() {
        server.answers(
                200,
                """
                {"accepted":false,"waits":false,"problem":{"code":"pool-full","detail":"no room"},
                "operations":[],"children":["web2"],"pool":"images","promised":1024,"allowed":2048,
                "available":4096}""");

        var run = client.run("vol-preflight web1 resize --capacity 1K --pool images");

        assertThat(run.out().lines())
                .contains("Refused:        no room", "Children:       web2")
                .anyMatch(line -> line.startsWith("Accepted:") && line.endsWith("no"));
        assertThat(server.lines()).containsExactly("POST /v1/volumes/images%3Aweb1/preflight");
        assertThat(server.lastBody())
                .isEqualTo("{\"verb\":\"resize\",\"capacity\":1024,\"shrink\":false}");
    }

    @Test
    void moves() {
        server.answers(202, operation("volume", "succeeded"));

        assertThat(client.run("vol-move web1 fast --pool images").out())
                .isEqualToIgnoringNewLines("Vol web1 moved to pool fast");
        assertThat(server.lines()).containsExactly("POST /v1/volumes/images%3Aweb1/move");
        assertThat(server.lastBody()).isEqualTo("{\"pool\":\"fast\"}");
    }

    @ParameterizedTest
    @CsvSource({
        "base,images:base",
        "/srv/images/base,images:base",
        "b7c4a36e-8ad1-4c38-b2a0-15b13a4f7d11,b7c4a36e-8ad1-4c38-b2a0-15b13a4f7d11"
    })
    void createsOverAnother(String backing, String reference) {
        server.answers(202, operation("volume", "succeeded"));

        client.run("vol-create-as images web2 2K --format qcow2 --backing-vol " + backing);

        assertThat(server.lines()).containsExactly("POST /v1/volumes");
        assertThat(server.lastBody()).contains("\"backingVolume\":\"%s\"".formatted(reference));
    }

    @Test
    void converts() {
        server.answers(202, operation("volume", "succeeded"));

        assertThat(client.run("vol-convert web1 images --format qcow2 --cluster-size 4K").out())
                .isEqualToIgnoringNewLines("Vol web1 converted");
        assertThat(server.lines()).containsExactly("POST /v1/volumes/images%3Aweb1/convert");
        assertThat(server.lastBody()).isEqualTo("{\"format\":\"qcow2\",\"clusterSize\":4096}");
    }

    @Test
    void wipes() {
        server.answers(202, operation("volume", "succeeded"));

        assertThat(client.run("vol-wipe web1 images --algorithm nnsa").out())
                .isEqualToIgnoringNewLines("Vol web1 wiped");
        assertThat(server.lines()).containsExactly("POST /v1/volumes/images%3Aweb1/wipe");
        assertThat(server.lastBody()).isEqualTo("{\"algorithm\":\"nnsa\"}");
    }

    @ParameterizedTest
    @CsvSource({"--purge,?purge=true", "--keep 7d,?keep=7d", "'',''"})
    void deletesAsAskedFor(String option, String query) {
        server.answers(202, operation("volume", "succeeded"));

        assertThat(client.run(("vol-delete web1 images " + option).strip()).out())
                .isEqualToIgnoringNewLines("Vol web1 deleted");
        assertThat(server.lines()).containsExactly("DELETE /v1/volumes/images%3Aweb1" + query);
    }

    @Test
    void restores() {
        server.answers(202, operation("volume", "succeeded"));

        client.run("vol-restore " + Bodies.VOLUME_ID + " web2");

        assertThat(server.lines())
                .containsExactly("POST /v1/volumes/" + Bodies.VOLUME_ID + "/restore");
        assertThat(server.lastBody()).isEqualTo("{\"name\":\"web2\"}");
    }

    @Test
    void putsLabelsOnAndTakesThemOff() {
        server.answers(200, "{\"labels\":{\"app\":\"web=1\"}}");

        assertThat(client.run("vol-label web1 app=web=1 old- --pool images").out())
                .isEqualToIgnoringNewLines("app=web=1");
        assertThat(server.lines()).containsExactly("PATCH /v1/volumes/images%3Aweb1");
        assertThat(server.lastBody()).isEqualTo("{\"labels\":{\"app\":\"web=1\",\"old\":null}}");
    }

    @Test
    void showsLabels() {
        server.answers(200, "{\"labels\":{\"app\":\"web\"}}");

        assertThat(client.run("vol-label web1 --pool images").out())
                .isEqualToIgnoringNewLines("app=web");
        assertThat(server.lines()).containsExactly("GET /v1/volumes/images%3Aweb1");
    }

    private static final String ENCRYPTED =
            "{\"encryption\":{\"format\":\"luks\",\"secret\":\"db\"}}";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "db | {'encryption':{'secret':'db'}}",
                "--none | {'encryption':{'secret':null}}"
            })
    void saysWhichSecretOpensAVolume(String arguments, String body) {
        server.answers(200, ENCRYPTED);

        assertThat(client.run("vol-secret web1 --pool images " + arguments).out())
                .isEqualToIgnoringNewLines("Vol web1: db");
        assertThat(server.lines()).containsExactly("PATCH /v1/volumes/images%3Aweb1");
        assertThat(server.lastBody()).isEqualTo(body.replace('\'', '"'));
    }

    @Test
    void aSecretAndNoneAreMisuse() {
        assertThat(client.run("vol-secret web1 db --none --pool images").code()).isEqualTo(2);
        assertThat(server.lines()).isEmpty();
    }

    @Test
    void showsWhichSecretOpensAVolume() {
        server.answers(200, ENCRYPTED).answers(200, "{\"name\":\"web1\"}");

        assertThat(client.run("vol-secret web1 --pool images").out())
                .isEqualToIgnoringNewLines("Vol web1: db");
        assertThat(client.run("vol-secret web1 --pool images").out())
                .isEqualToIgnoringNewLines("Vol web1 is not encrypted");
        assertThat(server.lines())
                .containsExactly("GET /v1/volumes/images%3Aweb1", "GET /v1/volumes/images%3Aweb1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"app", "=x", "-"})
    void whatIsNoLabelIsMisuse(String label) {
        assertThat(client.run("vol-label", "web1", label, "--pool", "images").code()).isEqualTo(2);
        assertThat(server.lines()).isEmpty();
    }

    @Test
    void listsByLabel() {
        server.answers(200, pool("images", "running")).answers(200, page(volume("web1")));

        client.run("vol-list images --label app=web --label tier");

        assertThat(server.lines().getLast())
                .isEqualTo(
                        "GET /v1/volumes?pool=%s&label=app%%3Dweb&label=tier&limit=500"
                                .formatted(Bodies.POOL_ID));
    }

    @Test
    void showsAChainAsATree() {
        server.answers(
                200,
                """
                {"volume": {"id": "2", "name": "web", "format": "qcow2", "conditions": [], "base": "1"},
                 "depth": 2, "allowedDepth": 32, "missingBase": "gone",
                 "below": [{"id": "1", "name": "base", "format": "raw", "conditions": ["base-missing"]}],
                 "above": [{"id": "3", "name": "a", "format": "qcow2", "conditions": ["busy"], "base": "2"},
                           {"id": "4", "name": "b", "format": "qcow2", "conditions": [], "base": "2"},
                           {"id": "5", "name": "c", "format": "qcow2", "conditions": [], "base": "3"}]}
                """);

        assertThat(client.run("vol-graph web images").out().lines())
                .containsExactly(
                        "gone (not there)",
                        "  base (raw, base-missing)",
                        "    web (qcow2) *",
                        "      a (qcow2, busy)",
                        "        c (qcow2)",
                        "      b (qcow2)");
    }
}
