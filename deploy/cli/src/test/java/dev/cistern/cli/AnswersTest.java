package dev.cistern.cli;

import static dev.cistern.cli.Bodies.page;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the client makes of answers that are not the hoped-for ones, and who it says it is. */
final class AnswersTest {
    private static final String FULL =
            Bodies.problem(
                    507,
                    "pool-full",
                    "The storage pool has no room for this",
                    "'images' would be promised 2 times",
                    ",\"used\":107374182400,\"requested\":1073741824,\"allowed\":107374182400,\"volumes\":12,\"by\":{\"a\":[1]}");

    private final FakeCistern server = new FakeCistern();
    private final Client client = new Client(server);

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aProblemIsTitleDetailAndFigures() {
        server.answers(507, FULL);

        var run = client.run("vol-create-as images web1 1G");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines())
                .containsExactly(
                        "error: The storage pool has no room for this: 'images' would be promised 2 times",
                        "  used: 107374182400 (100.00 GiB)",
                        "  requested: 1073741824 (1.00 GiB)",
                        "  allowed: 107374182400 (100.00 GiB)",
                        "  volumes: 12",
                        "  by: {\"a\":[1]}");
    }

    @Test
    void programsGetTheProblemItself() throws IOException {
        server.answers(507, FULL);

        var run = client.run("vol-create-as images web1 1G -o json");

        assertThat(run.code()).isEqualTo(1);
        assertThat(Trees.read(run.out())).isEqualTo(Trees.read(FULL));
    }

    @Test
    void aProblemCannotReachTheTerminal() {
        server.answers(
                409, Bodies.problem(409, "c", "T\\u001b[2J", "a\\nb", ",\"holder\":\"\\u009bm\""));

        assertThat(client.run("pool-info images").err().lines())
                .containsExactly("error: T\\x1b[2J: a\\x0ab", "  holder: \\x9bm");
    }

    @Test
    void noServerIsOneSentenceWithTheWayOut() {
        server.close();

        var run = client.run("pool-list");

        assertThat(run)
                .isEqualTo(
                        new Client.Run(
                                1,
                                "",
                                "error: cannot reach Cistern at %s: start it with ./cistern up, or name another address with --url or CISTERN_URL%n"
                                        .formatted(server.url())));
    }

    @ParameterizedTest
    @CsvSource({
        "200,text/html,<html></html>",
        "200,application/json,[]",
        "200,application/json,{\"status\":\"UP\"}",
        "200,'',''",
        "302,text/html,moved",
        "404,text/html,<html>",
        "404,application/json,{\"error\":\"Not Found\"}"
    })
    void aServerThatIsNotCisternIsOneSentence(int status, String type, String body) {
        server.answers(status, type, body);

        var run = client.run("pool-list");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err().lines()).hasSize(1);
        assertThat(run.err())
                .startsWith("error: what answers at %s is not Cistern".formatted(server.url()));
    }

    @Test
    void aGatewayWithNothingBehindItIsOneSentence() {
        server.answers(502, "text/html", "<html>Bad Gateway</html>");

        assertThat(client.run("pool-list").err())
                .isEqualToIgnoringNewLines(
                        "error: %s answers with HTTP status 502 and no reason: is Cistern running behind it?"
                                .formatted(server.url()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pool-start images",
                "vol-delete images:web1",
                "op-info 1",
                "vol-list images"
            })
    void everyVerbSeesThatAnAnswerIsNotCisterns(String line) {
        server.answers(200, "{\"hello\":\"world\"}").answers(200, "{\"hello\":\"world\"}");

        assertThat(client.run(line).err()).contains("is not Cistern");
    }

    @Test
    void xmlMustBeXml() {
        server.answers(200, "text/html", "<html/>");

        assertThat(client.run("pool-dumpxml images").err()).contains("is not Cistern");
    }

    @Test
    void saysWhoAsks() {
        server.answers(200, page()).answers(200, page()).answers(200, page());

        client.run("pool-list");
        client.with("CISTERN_TENANT", "acme").with("USER", "DOMAIN\\anna").run("pool-list");
        client.with("CISTERN_ACTOR", "robot").run("--tenant other pool-list");

        assertThat(server.requests())
                .extracting(FakeCistern.Request::tenant)
                .containsExactly("", "acme", "other");
        assertThat(server.requests())
                .extracting(FakeCistern.Request::actor)
                .containsExactly("", "DOMAIN_anna", "robot");
    }

    @Test
    void theAddressCanBeAnOption() {
        server.answers(200, page()).answers(200, page()).answers(200, page());
        client.without("CISTERN_URL");

        client.run("pool-list --url " + server.url());
        client.run("--url " + server.url() + "/ pool-list");
        client.run("pool-list --url " + server.url().substring("http://".length()));

        assertThat(server.lines()).hasSize(3).containsOnly("GET /v1/pools?limit=500");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://", "ftp://host", "http://a b", "http://[x"})
    void anAddressThatIsNoneIsOneSentence(String url) {
        var run = client.run("pool-list", "--url", url);

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err().lines()).hasSize(1);
        assertThat(run.err()).startsWith("error: ").contains(url);
    }

    @Test
    void aTenantThatCannotBeSentIsOneSentence() {
        var run = client.run("pool-list", "--tenant", "a\r\nEvil: yes");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err().lines()).hasSize(1);
        assertThat(server.lines()).isEmpty();
    }
}
