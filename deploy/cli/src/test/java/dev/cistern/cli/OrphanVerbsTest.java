package dev.cistern.cli;

import static dev.cistern.cli.Bodies.VOLUME_ID;
import static dev.cistern.cli.Bodies.operation;
import static dev.cistern.cli.Bodies.page;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The verbs about what does not go together. */
final class OrphanVerbsTest {
    private static final String ORPHAN =
            """
            {"id":"%s","kind":"drifted","reason":"it is another","pool":"images","poolId":"%s",
            "name":"web1","path":"/images/web1","owner":"%s","size":1048576,"allocation":65536,
            "inode":7,"remedies":["adopt","quarantine"]}"""
                    .formatted(VOLUME_ID, Bodies.POOL_ID, VOLUME_ID);

    private final FakeCistern server = new FakeCistern();
    private final Client client = new Client(server);

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void listsOrphans() throws IOException {
        server.answers(200, page(ORPHAN)).answers(200, page(ORPHAN));

        assertThat(client.run("orphan-list images").out().lines().toList().getLast())
                .isEqualTo(
                        " %s   drifted   /images/web1   64.00 KiB    adopt, quarantine"
                                .formatted(VOLUME_ID));
        assertThat(Trees.read(client.run("orphan-list -o json").out()))
                .isEqualTo(Trees.read("[" + ORPHAN + "]"));
        assertThat(server.lines())
                .containsExactly(
                        "GET /v1/volumes/orphans?pool=images&limit=500",
                        "GET /v1/volumes/orphans?limit=500");
    }

    @ParameterizedTest
    @CsvSource({"quarantine,quarantined", "purge,purged"})
    void asksForWork(String verb, String participle) {
        server.answers(202, operation("orphan", "succeeded"));

        assertThat(client.run("orphan-%s %s".formatted(verb, VOLUME_ID)).out())
                .isEqualToIgnoringNewLines("Orphan %s %s".formatted(VOLUME_ID, participle));
        assertThat(server.lines())
                .containsExactly("POST /v1/volumes/orphans/%s/%s".formatted(VOLUME_ID, verb));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"'' | {}", "' found' | {\"name\":\"found\"}"})
    void adopts(String name, String body) {
        server.answers(202, operation("volume", "succeeded"));

        assertThat(client.run("orphan-adopt " + VOLUME_ID + name).out())
                .isEqualToIgnoringNewLines("Orphan %s adopted".formatted(VOLUME_ID));
        assertThat(server.lines())
                .containsExactly("POST /v1/volumes/orphans/%s/adopt".formatted(VOLUME_ID));
        assertThat(server.lastBody()).isEqualTo(body);
    }
}
