package dev.cistern.cli;

import static dev.cistern.cli.Bodies.page;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class FleetVerbsTest {
    private static final String NODE =
            """
            {"name":"node-1","groups":["node-1","nfs"],"version":"1.0","state":"online",
            "lastSeen":"2026-11-23T12:00:00Z","slots":{"metadata":{"total":8,"free":7},
            "bulk":{"total":2,"free":0}},"running":3,"pools":[{"id":"a","name":"images","reachable":true},
            {"id":"b","name":"nas","reachable":false}]}""";
    private static final String CREATED =
            """
            {"specversion":"1.0","id":"e1","source":"/volume-service","type":"dev.cistern.volume.created.v1",
            "subject":"v1","time":"2026-11-23T12:00:00Z","sequence":"1",
            "data":{"name":"web1\\u001b[2J","newState":"available"}}""";
    private static final String OTHER =
            """
            {"specversion":"1.0","id":"e2","source":"/x","type":"other","subject":"s2",
            "time":"2026-11-23T12:00:01Z","sequence":"2","data":{}}""";

    private final FakeCistern server = new FakeCistern();
    private final Client client = new Client(server);

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void listsNodes() throws IOException {
        server.answers(200, page(NODE)).answers(200, page(NODE));

        assertThat(client.run("node-list").out().lines())
                .containsExactly(
                        " Name     State    Groups        Version   Metadata free   Bulk free   Running   Pools                Last seen",
                        "----------------------------------------------------------------------------------------------------------------------------",
                        " node-1   online   node-1, nfs   1.0       7/8             0/2         3         images, nas (away)   2026-11-23T12:00:00Z");
        assertThat(Trees.read(client.run("node-list -o json").out()))
                .isEqualTo(Trees.read("[" + NODE + "]"));
        assertThat(server.lines()).containsOnly("GET /v1/nodes?limit=500");
    }

    @Test
    void printsEventsAndWhereToGoOn() {
        twoPages();

        var run = client.run("events");

        assertThat(run.out().lines())
                .containsExactly(
                        "2026-11-23T12:00:00Z  volume.created.v1     web1\\x1b[2J  available",
                        "2026-11-23T12:00:01Z  other                 s2");
        assertThat(run.err()).isEqualToIgnoringNewLines("cursor: c2");
        assertThat(server.lines())
                .containsExactly(
                        "GET /v1/events?limit=1000&wait=0s",
                        "GET /v1/events?limit=1000&cursor=c1&wait=0s",
                        "GET /v1/events?limit=1000&cursor=c2&wait=0s");
    }

    private void twoPages() {
        server.answers(200, events("c1", CREATED))
                .answers(200, events("c2", OTHER))
                .answers(200, events("c2"));
    }

    private static String events(String cursor, String... items) {
        return "{\"items\":[%s],\"cursor\":\"%s\"}".formatted(String.join(",", items), cursor);
    }

    @Test
    void printsEventsAsOneArray() throws IOException {
        twoPages();

        assertThat(Trees.read(client.run("events -o json").out()))
                .isEqualTo(Trees.read("[%s,%s]".formatted(CREATED, OTHER)));
    }

    @Test
    void goesOnFromACursor() {
        server.answers(200, events("c2"));

        assertThat(client.run("events --cursor c1").err()).isEqualToIgnoringNewLines("cursor: c2");
        assertThat(server.lines()).containsExactly("GET /v1/events?limit=1000&cursor=c1&wait=0s");
    }

    @Test
    void followsEventsOneALineUntilTheServerSaysNo() throws IOException {
        server.answers(200, events("c1", CREATED))
                .answers(200, events("c1"))
                .answers(200, events("c2", OTHER))
                .answers(
                        422,
                        Bodies.problem(422, "invalid-request", "It is not valid", "no more", ""));

        var run = client.run("events --follow -o json");

        var lines = run.out().lines().toList();
        assertThat(Trees.read(lines.get(0))).isEqualTo(Trees.read(CREATED));
        assertThat(Trees.read(lines.get(1))).isEqualTo(Trees.read(OTHER));
        assertThat(run.err()).contains("error: It is not valid: no more");
        assertThat(run.code()).isEqualTo(1);
        assertThat(server.lines())
                .containsExactly(
                        "GET /v1/events?limit=1000&wait=0s",
                        "GET /v1/events?limit=1000&cursor=c1&wait=30s",
                        "GET /v1/events?limit=1000&cursor=c1&wait=30s",
                        "GET /v1/events?limit=1000&cursor=c2&wait=30s");
    }

    @Test
    void followsAcrossARestartOfTheServer() {
        server.answers(200, events("c1", CREATED))
                .answers(503, "", "")
                .answers(200, events("c2", OTHER))
                .answers(422, Bodies.problem(422, "x", "Enough", "", ""));

        assertThat(client.run("events --follow").out().lines()).hasSize(2);
    }
}
