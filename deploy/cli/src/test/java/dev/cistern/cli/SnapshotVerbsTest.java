package dev.cistern.cli;

import static dev.cistern.cli.Bodies.operation;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SnapshotVerbsTest {
    private static final String ROOT =
            """
            {"id": "1", "name": "root", "state": "available", "kind": "internal", "children": ["2", "3"],
            "current": false, "capacity": 1073741824, "takenAt": "2026-11-23T21:00:00Z"}""";
    private static final String LIST =
            """
            {"items": [%s,
            {"id": "2", "parent": "1", "name": "left", "state": "available", "kind": "external", "children": [], "current": false,
            "capacity": 1073741824, "allocation": 3145728, "takenAt": "2026-11-23T21:01:00Z"},
            {"id": "3", "parent": "1", "name": "right", "state": "available", "children": [], "current": true,
            "capacity": 2147483648, "takenAt": "2026-11-23T21:02:00Z"}]}"""
                    .formatted(ROOT);

    private final FakeCistern server = new FakeCistern();
    private final Client client = new Client(server);

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            snapshot-create-as web1 a --pool images                        | {"name":"a"}
            snapshot-create-as images:web1 a --external                    | {"name":"a","kind":"external"}
            snapshot-create-as images:web1 a --copy                        | {"name":"a","kind":"copy"}
            snapshot-create-as images:web1 a text                          | {"name":"a","description":"text"}
            snapshot-create-as web1 --name a --description b --pool images | {"name":"a","description":"b"}
            """)
    void takes(String line, String body) throws IOException {
        server.answers(202, operation("volume", "succeeded"));

        assertThat(client.run(line).out()).isEqualToIgnoringNewLines("Snapshot a created");
        assertThat(server.lines()).containsExactly("POST /v1/volumes/images%3Aweb1/snapshots");
        assertThat(Trees.read(server.lastBody())).isEqualTo(Trees.read(body));
    }

    @ParameterizedTest
    @CsvSource({
        "snapshot-delete, DELETE /v1/volumes/images%3Aweb1/snapshots/a%20b",
        "snapshot-revert, POST /v1/volumes/images%3Aweb1/snapshots/a%20b/revert"
    })
    void deletesAndReverts(String verb, String request) {
        server.answers(202, operation("volume", "succeeded"));

        assertThat(client.run(verb, "web1", "a b", "--pool", "images").code()).isZero();
        assertThat(server.lines()).containsExactly(request);
    }

    @Test
    void listsAsATableAndAsATree() {
        server.answers(200, LIST).answers(200, LIST);

        assertThat(client.run("snapshot-list web1 --pool images").out())
                .contains("root", "left", "right", "external", "2.00 GiB", "3.00 MiB");
        assertThat(client.run("snapshot-list images:web1 --tree").out().lines())
                .containsExactly("root", "  left", "  right");
        assertThat(server.lines()).containsOnly("GET /v1/volumes/images%3Aweb1/snapshots");
    }

    @Test
    void showsOne() {
        server.answers(200, ROOT);

        assertThat(client.run("snapshot-info web1 root --pool images").out().lines())
                .contains("Name:           root", "Children:       2", "Current:        no")
                .noneMatch(line -> line.startsWith("Allocation"));
    }

    @Test
    void showsWhatOneInAFileOfItsOwnTakes() {
        server.answers(200, ROOT.replace("\"capacity\"", "\"allocation\": 3145728, \"capacity\""));

        assertThat(client.run("snapshot-info web1 root --pool images").out().lines())
                .contains("Allocation:     3.00 MiB");
    }
}
