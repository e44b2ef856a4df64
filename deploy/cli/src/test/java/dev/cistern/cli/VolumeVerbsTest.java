package dev.cistern.cli;

import static dev.cistern.cli.Bodies.operation;
import static dev.cistern.cli.Bodies.page;
import static dev.cistern.cli.Bodies.pageBefore;
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

final class VolumeVerbsTest {
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
                "images web1 20G | {'pool':'images','name':'web1','format':'raw','capacity':21474836480}",
                "images web1 1000 --format qcow2 | {'pool':'images','name':'web1','format':'qcow2','capacity':1000}",
                "images web1 5GB --mode 0640 --owner 107 --group 0"
                        + " | {'pool':'images','name':'web1','format':'raw','capacity':5000000000,'mode':'0640','owner':107,'group':0}"
            })
    void creates(String arguments, String body) {
        server.answers(202, operation("volume", "succeeded"));

        var run = client.run("vol-create-as " + arguments);

        assertThat(run.out()).as(run.err()).isEqualToIgnoringNewLines("Vol web1 created");
        assertThat(server.lines()).containsExactly("POST /v1/volumes");
        assertThat(server.lastBody()).isEqualTo(body.replace('\'', '"'));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1X", "-1", "", "1.5G", "99999999999999999999", "G"})
    void aCapacityThatIsNoneIsMisuse(String capacity) {
        var run = client.run("vol-create-as", "images", "web1", capacity);

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).startsWith("error: ").contains("Usage: cistern vol-create-as");
        assertThat(server.lines()).isEmpty();
    }

    @Test
    void lists() {
        server.answers(200, pool("images", "running"))
                .answers(200, pageBefore("n/=", volume("web1")))
                .answers(200, page(volume("数据库")));

        assertThat(client.run("vol-list images").out().lines())
                .containsExactly(
                        " Name     Path",
                        "--------------------------",
                        " web1     /images/web1",
                        " 数据库   /images/数据库");
        assertThat(server.lines())
                .containsExactly(
                        "GET /v1/pools/images",
                        "GET /v1/volumes?pool=%s&limit=500".formatted(Bodies.POOL_ID),
                        "GET /v1/volumes?pool=%s&limit=500&cursor=n%%2F%%3D"
                                .formatted(Bodies.POOL_ID));
    }

    @Test
    void listsDetails() {
        server.answers(200, pool("images", "running")).answers(200, page(volume("web1")));

        assertThat(client.run("vol-list images --details").out().lines())
                .containsExactly(
                        " Name   Path           Type   Capacity    Allocation   Format   State       Conditions",
                        "-------------------------------------------------------------------------------------------",
                        " web1   /images/web1   file   20.00 GiB   196.00 KiB   qcow2    available   busy, drifted");
    }

    @Test
    void listsAsJsonWhatTheServerSaid() throws IOException {
        server.answers(200, pool("images", "running"))
                .answers(200, pageBefore("2", volume("web1")))
                .answers(200, page(volume("web2")));

        assertThat(Trees.read(client.run("vol-list images -o json").out()))
                .isEqualTo(Trees.read("[%s,%s]".formatted(volume("web1"), volume("web2"))));
    }

    @Test
    void anUnknownPoolIsNotAnEmptyOne() {
        server.answers(
                404,
                Bodies.problem(
                        404, "pool-not-found", "No such storage pool", "there is no 'x'", ""));

        assertThat(client.run("vol-list x"))
                .isEqualTo(
                        new Client.Run(
                                1,
                                "",
                                "error: No such storage pool: there is no 'x'%n".formatted()));
    }

    @Test
    void showsAVolume() {
        server.answers(200, volume("web1")).answers(200, volume("web1"));

        assertThat(client.run("vol-info web1 --pool images").out().lines())
                .containsExactly(
                        "Name:           web1",
                        "Type:           file",
                        "Capacity:       20.00 GiB",
                        "Allocation:     196.00 KiB",
                        "Id:             " + Bodies.VOLUME_ID,
                        "Pool:           images",
                        "Path:           /images/web1",
                        "Format:         qcow2",
                        "Backing file:   base.qcow2",
                        "Backing format: qcow2",
                        "State:          available",
                        "Conditions:     busy, drifted",
                        "Mode:           0600",
                        "Owner:          107",
                        "Group:          108");
        assertThat(client.run("vol-info --bytes web1 images").out())
                .contains("Capacity:       21474836480 bytes", "Allocation:     200704 bytes");
        assertThat(server.lines()).containsOnly("GET /v1/volumes/images%3Aweb1");
    }

    @Test
    void showsAVolumeAsJson() throws IOException {
        server.answers(200, volume("web1"));

        assertThat(Trees.read(client.run("vol-info images:web1 -o json").out()))
                .isEqualTo(Trees.read(volume("web1")));
        assertThat(server.lines()).containsExactly("GET /v1/volumes/images%3Aweb1");
    }

    @Test
    void namesCannotReachTheTerminal() throws IOException {
        var nasty = "\\u001b]0;owned\\u0007\\u009b2J\\u202e\\n\\ud83d\\udca9";
        server.answers(200, volume(nasty))
                .answers(200, pool("images", "running"))
                .answers(200, page(volume(nasty)))
                .answers(200, volume(nasty));

        var info = client.run("vol-info x --pool images").out();
        var list = client.run("vol-list images").out();
        var json = client.run("vol-info x --pool images -o json").out();

        assertThat(info).contains("Name:           \\x1b]0;owned\\x07\\x9b2J\\u202e\\x0a💩");
        assertThat(list.lines()).hasSize(3);
        for (var text : new String[] {info, list, json}) {
            assertThat(text.lines().flatMapToInt(String::codePoints))
                    .noneMatch(
                            character -> Character.isISOControl(character) || character == 0x202e);
        }
        assertThat(Trees.read(json)).isEqualTo(Trees.read(volume(nasty)));
    }

    @Test
    void createsFromXml(@TempDir Path folder) throws IOException {
        var file = Files.writeString(folder.resolve("web1.xml"), "<volume/>");
        server.answers(202, operation("volume", "succeeded"));

        assertThat(client.run("vol-create", "my pool", file.toString()).out())
                .endsWith("created from %s%n".formatted(file));
        assertThat(server.lines()).containsExactly("POST /v1/volumes?pool=my%20pool");
        assertThat(server.lastBody()).isEqualTo("<volume/>");
        assertThat(client.run("vol-create", "images", folder + "/none").err())
                .contains("there is no file");
    }

    @Test
    void dumpsXml() {
        server.answers(200, "application/xml;charset=UTF-8", "<volume/>");

        assertThat(client.run("vol-dumpxml web1 images").out())
                .isEqualToIgnoringNewLines("<volume/>");
        assertThat(server.lines()).containsExactly("GET /v1/volumes/images%3Aweb1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            vol-resize web1 2G --pool images                  | 2147483648 | false | false | false
            vol-resize images:web1 512 --delta                | 512        | true  | false | false
            vol-resize web1 1K --pool images --delta --shrink | 1024       | true  | true  | false
            vol-resize --pool images --allocate web1 1K       | 1024       | false | false | true
            """)
    void resizes(String line, long bytes, boolean delta, boolean shrink, boolean allocate)
            throws IOException {
        server.answers(202, operation("volume", "succeeded"));

        assertThat(client.run(line).out()).endsWith("successfully changed%n".formatted());
        assertThat(server.lines()).containsExactly("POST /v1/volumes/images%3Aweb1/resize");
        assertThat(Trees.read(server.lastBody()))
                .isEqualTo(
                        Trees.read(
                                "{\"capacity\":%d,\"delta\":%s,\"shrink\":%s,\"allocate\":%s}"
                                        .formatted(bytes, delta, shrink, allocate)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "vol-delete web1 --pool images",
                "vol-delete --pool=images web1",
                "vol-delete web1 images"
            })
    void deletes(String line) {
        server.answers(202, operation("volume", "succeeded"));

        assertThat(client.run(line).out()).isEqualToIgnoringNewLines("Vol web1 deleted");
        assertThat(server.lines()).containsExactly("DELETE /v1/volumes/images%3Aweb1");
    }

    @Test
    void deletesById() {
        server.answers(202, operation("volume", "succeeded"));

        client.run("vol-delete " + Bodies.VOLUME_ID);

        assertThat(server.lines()).containsExactly("DELETE /v1/volumes/" + Bodies.VOLUME_ID);
    }

    @Test
    void deletesByANameThatOnlyOneVolumeHas() {
        server.answers(200, page(volume("web1"))).answers(202, operation("volume", "succeeded"));

        assertThat(client.run("vol-delete web1").code()).isZero();
        assertThat(server.lines())
                .containsExactly(
                        "GET /v1/volumes?name=web1&limit=500",
                        "DELETE /v1/volumes/" + Bodies.VOLUME_ID);
    }

    @Test
    void deletesByPath() {
        server.answers(200, page(volume("web1"), volume("web1").replace("/images/", "/other/")))
                .answers(202, operation("volume", "succeeded"));

        assertThat(client.run("vol-delete /images/web1").code()).isZero();
        assertThat(server.lines())
                .containsExactly(
                        "GET /v1/volumes?name=web1&limit=500",
                        "DELETE /v1/volumes/" + Bodies.VOLUME_ID);
    }

    @Test
    void aNameWithAColonIsNotTakenForAnotherPools() {
        server.answers(200, page(volume("a:b"))).answers(202, operation("volume", "succeeded"));

        client.run("vol-delete a:b --pool images");

        assertThat(server.lines())
                .containsExactly(
                        "GET /v1/volumes?pool=images&name=a%3Ab&limit=500",
                        "DELETE /v1/volumes/" + Bodies.VOLUME_ID);
    }

    @Test
    void deletesNothingThatIsNotClear() {
        server.answers(200, page())
                .answers(200, page(volume("web1"), volume("web1").replace("\"images\"", "\"old\"")))
                .answers(200, page(volume("web1")));

        assertThat(client.run("vol-delete web1").err())
                .isEqualToIgnoringNewLines("error: there is no volume 'web1' in any pool");
        assertThat(client.run("vol-delete web1").err())
                .isEqualToIgnoringNewLines(
                        "error: 'web1' is a volume in each of the pools images, old: say which with --pool");
        assertThat(client.run("vol-delete /elsewhere/web1").err())
                .isEqualToIgnoringNewLines("error: no volume has the path '/elsewhere/web1'");
        assertThat(server.lines()).noneMatch(line -> line.startsWith("DELETE"));
    }
}
