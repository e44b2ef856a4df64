package dev.cistern.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Changes bear keys, so that they can be asked for again when no answer came. */
final class RepetitionTest {
    private final FakeCistern server = new FakeCistern();
    private final Client client = new Client(server);

    @AfterEach
    void close() {
        server.close();
    }

    private String key(int request) {
        return server.requests().get(request).key();
    }

    @Test
    void everyChangeHasAKeyOfItsOwn() {
        server.answers(202, Bodies.operation("pool", "succeeded"))
                .answers(202, Bodies.operation("pool", "succeeded"));

        client.run("pool-start images");
        client.run("pool-start images");

        assertThat(key(0)).hasSize(36).isNotEqualTo(key(1));
    }

    @Test
    void aChangeWhoseConnectionBreaksIsAskedForAgainWithItsKey() {
        server.breaksConnection()
                .breaksConnection()
                .answers(202, Bodies.operation("pool", "succeeded"));

        var run = client.run("pool-start images");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(server.lines()).hasSize(3).containsOnly("POST /v1/pools/images/start");
        assertThat(key(1)).isEqualTo(key(0));
        assertThat(key(2)).isEqualTo(key(0));
    }

    @Test
    void aKeyMayBeGivenAndThoseOfFurtherChangesFollowFromIt() {
        server.answers(202, Bodies.operation("pool", "succeeded"))
                .answers(202, Bodies.operation("pool", "succeeded"));

        var run = client.run("pool-start images --build --idempotency-key mine");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(key(0)).isEqualTo("mine");
        assertThat(key(1)).isEqualTo("mine-2");
    }

    @Test
    void whatOnlyReadsHasNoKey() {
        server.answers(200, Bodies.page());

        client.run("vol-list images");

        assertThat(key(0)).isEmpty();
    }
}
