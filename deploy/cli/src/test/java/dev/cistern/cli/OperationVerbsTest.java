package dev.cistern.cli;

import static dev.cistern.cli.Bodies.operation;
import static dev.cistern.cli.Bodies.page;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class OperationVerbsTest {
    private static final String UNKNOWN =
            Bodies.problem(404, "operation-not-found", "No such operation", "it is not known", "");
    private static final String ON_VOLUMES = "GET /v1/volumes/-/operations/" + Bodies.OPERATION;
    private static final String ON_POOLS = "GET /v1/pools/-/operations/" + Bodies.OPERATION;

    private final FakeCistern server = new FakeCistern();
    private final Client client = new Client(server);

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void workIsWaitedForByLongPolling() {
        server.answers(202, operation("volume", "queued"))
                .answers(200, operation("volume", "running"))
                .answers(200, operation("volume", "succeeded"));

        var run = client.run("vol-create-as images web1 1G");

        assertThat(run).isEqualTo(new Client.Run(0, "Vol web1 created%n".formatted(), ""));
        assertThat(server.lines())
                .containsExactly(
                        "POST /v1/volumes", ON_VOLUMES + "?wait=1s", ON_VOLUMES + "?wait=30s");
    }

    @Test
    void whoWatchesIsKeptUpToDate() {
        server.answers(202, operation("volume", "queued"))
                .answers(200, operation("volume", "running"))
                .answers(200, operation("volume", "succeeded"));

        client.watched().run("vol-create-as images web1 1G");

        assertThat(server.lines())
                .containsExactly(
                        "POST /v1/volumes", ON_VOLUMES + "?wait=1s", ON_VOLUMES + "?wait=1s");
    }

    @Test
    void aServerThatIsRestartedMeanwhileIsWaitedFor() {
        server.answers(202, operation("pool", "queued"))
                .answers(503, "text/html", "<html>starting</html>")
                .answers(
                        503,
                        Bodies.problem(503, "unavailable", "A part does not answer", "later", ""))
                .answers(200, operation("pool", "succeeded"));

        assertThat(client.run("pool-start images").code()).isZero();
        assertThat(server.lines()).hasSize(4);
    }

    @Test
    void aFailedOperationIsAFailureWithItsFigures() {
        server.answers(202, operation("volume", "queued"))
                .answers(200, operation("volume", "failed"));

        assertThat(client.run("vol-create-as images web1 1G"))
                .isEqualTo(
                        new Client.Run(
                                1,
                                "",
                                "error: The file system is full: /images has 10 bytes left%n  free: 10 (10.00 B)%n"
                                        .formatted()));
    }

    @Test
    void aFailedOperationIsShownToPrograms() throws IOException {
        server.answers(202, operation("volume", "failed"));

        var run = client.run("vol-create-as images web1 1G -o json");

        assertThat(run.code()).isEqualTo(1);
        assertThat(Trees.read(run.out())).isEqualTo(Trees.read(operation("volume", "failed")));
        assertThat(run.err()).startsWith("error: The file system is full");
    }

    @Test
    void aCancelledOperationIsAFailureToo() {
        server.answers(202, operation("volume", "cancelled"));

        assertThat(client.run("vol-create-as images web1 1G"))
                .isEqualTo(
                        new Client.Run(
                                1,
                                "",
                                "error: The operation was cancelled: anna cancelled it%n"
                                        .formatted()));
    }

    @Test
    void nobodyWaitsIfTheIdIsEnough() throws IOException {
        server.answers(202, operation("volume", "queued"))
                .answers(202, operation("volume", "queued"));

        assertThat(client.run("vol-delete web1 --pool images --async"))
                .isEqualTo(new Client.Run(0, Bodies.OPERATION + System.lineSeparator(), ""));
        assertThat(Trees.read(client.run("vol-delete web1 images --async -o json").out()))
                .isEqualTo(Trees.read(operation("volume", "queued")));
        assertThat(server.lines()).containsOnly("DELETE /v1/volumes/images%3Aweb1");
    }

    @Test
    void finishedWorkIsJsonForPrograms() throws IOException {
        server.answers(202, operation("pool", "succeeded"));

        assertThat(Trees.read(client.run("pool-refresh images -o json").out()))
                .isEqualTo(Trees.read(operation("pool", "succeeded")));
    }

    @Test
    void showsAnOperationOfWhateverResource() {
        server.answers(404, UNKNOWN).answers(200, operation("pool", "failed"));

        assertThat(client.run("op-info " + Bodies.OPERATION).out().lines())
                .containsExactly(
                        "Id:             " + Bodies.OPERATION,
                        "Kind:           StartPool",
                        "Target:         pool images",
                        "State:          failed",
                        "Stage:          copying",
                        "Progress:       1.00 MiB of 4.00 MiB",
                        "Attempt:        1",
                        "Worker:         node-1",
                        "Tenant:         acme",
                        "Actor:          anna",
                        "Created:        2026-11-23T12:00:00Z",
                        "Problem:        The file system is full: /images has 10 bytes left");
        assertThat(server.lines()).containsExactly(ON_VOLUMES, ON_POOLS);
    }

    @Test
    void showsAnOperationAsJson() throws IOException {
        server.answers(200, operation("volume", "running"));

        assertThat(Trees.read(client.run("op-info -o json " + Bodies.OPERATION).out()))
                .isEqualTo(Trees.read(operation("volume", "running")));
    }

    @Test
    void anOperationThatNobodyKnowsIsAFailure() {
        server.answers(404, UNKNOWN).answers(404, UNKNOWN);

        assertThat(client.run("op-info " + Bodies.OPERATION))
                .isEqualTo(
                        new Client.Run(
                                1, "", "error: No such operation: it is not known%n".formatted()));
    }

    @Test
    void aTroubleOtherThanAnUnknownOperationIsTold() {
        server.answers(503, Bodies.problem(503, "unavailable", "It does not answer", "", ""));

        assertThat(client.run("op-info " + Bodies.OPERATION).err())
                .isEqualToIgnoringNewLines("error: It does not answer");
        assertThat(server.lines()).containsExactly(ON_VOLUMES);
    }

    @Test
    void waitsForAnyEnd() {
        server.answers(200, operation("volume", "running"))
                .answers(200, operation("volume", "succeeded"))
                .answers(200, operation("volume", "cancelled"));

        var succeeded = client.run("op-wait " + Bodies.OPERATION);
        var cancelled = client.run("op-wait " + Bodies.OPERATION);

        assertThat(succeeded.code()).isZero();
        assertThat(succeeded.out()).contains("State:          succeeded");
        assertThat(cancelled.code()).isEqualTo(1);
        assertThat(cancelled.out()).contains("State:          cancelled");
        assertThat(cancelled.err()).startsWith("error: The operation was cancelled");
        assertThat(server.lines()).containsExactly(ON_VOLUMES, ON_VOLUMES + "?wait=1s", ON_VOLUMES);
    }

    @Test
    void asksOnWhereTheOperationWasFound() {
        server.answers(200, operation("pool", "running"))
                .answers(200, operation("pool", "succeeded"))
                .answers(200, operation("pool", "running"))
                .answers(200, operation("pool", "cancelled"));

        client.run("op-wait " + Bodies.OPERATION);
        client.run("op-cancel " + Bodies.OPERATION);

        assertThat(server.lines())
                .containsExactly(
                        ON_VOLUMES,
                        ON_VOLUMES + "?wait=1s",
                        ON_VOLUMES,
                        "POST /v1/volumes/-/operations/%s/cancel".formatted(Bodies.OPERATION));
    }

    @Test
    void waitsNoLongerThanItIsTold() {
        server.answers(200, operation("volume", "running"))
                .answers(200, operation("volume", "running"));

        var run = client.run("op-wait --timeout 0s " + Bodies.OPERATION);

        assertThat(run.code()).isEqualTo(124);
        assertThat(run.err())
                .contains("still running")
                .contains("cistern op-wait " + Bodies.OPERATION);
        assertThat(server.lines()).containsExactly(ON_VOLUMES, ON_VOLUMES + "?wait=1s");
    }

    @Test
    void aTimeThatIsNoneIsMisuse() {
        var run = client.run("op-wait --timeout soon " + Bodies.OPERATION);

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err())
                .contains("'soon' is not a duration")
                .contains("Usage: cistern op-wait");
    }

    @Test
    void cancelsAndWaitsForTheEnd() {
        server.answers(200, operation("volume", "running"))
                .answers(200, operation("volume", "cancelling"))
                .answers(200, operation("volume", "cancelled"));

        var run = client.run("op-cancel " + Bodies.OPERATION);

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("State:          cancelled");
        assertThat(server.lines())
                .containsExactly(
                        ON_VOLUMES,
                        "POST /v1/volumes/-/operations/%s/cancel".formatted(Bodies.OPERATION),
                        ON_VOLUMES + "?wait=1s");
    }

    @Test
    void cancelsWithoutWaiting() {
        server.answers(200, operation("pool", "running"))
                .answers(200, operation("pool", "cancelling"));

        var run = client.run("op-cancel --async " + Bodies.OPERATION);

        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("State:          cancelling");
    }

    @Test
    void aCancelThatComesTooLateIsAFailure() {
        server.answers(200, operation("pool", "running"))
                .answers(200, operation("pool", "cancelling"))
                .answers(200, operation("pool", "succeeded"));

        var run = client.run("op-cancel " + Bodies.OPERATION);

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("has succeeded before it could be cancelled");
    }

    @Test
    void listsWhatHasNotEndedOldestFirstAndEachOnce() {
        var older = operation("1", "volume", "queued", "2026-11-23T12:00:00Z");
        var newer = operation("2", "pool", "running", "2026-11-23T12:00:00.5Z");
        server.answers(200, page())
                .answers(200, page())
                .answers(200, page(newer))
                .answers(200, page())
                .answers(200, page(older))
                .answers(200, page(older.replace("queued", "waiting")))
                .answers(200, page())
                .answers(200, page());

        var run = client.run("op-list");

        assertThat(run.out().lines().skip(2))
                .as(run.err())
                .containsExactly(
                        " 1    CreateVolume   volume web1   queued    25%        copying   2026-11-23T12:00:00Z",
                        " 2    StartPool      pool images   running   25%        copying   2026-11-23T12:00:00.5Z");
        assertThat(server.lines())
                .containsExactly(
                        "GET /v1/pools/-/operations?state=queued&limit=500",
                        "GET /v1/pools/-/operations?state=waiting&limit=500",
                        "GET /v1/pools/-/operations?state=running&limit=500",
                        "GET /v1/pools/-/operations?state=cancelling&limit=500",
                        "GET /v1/volumes/-/operations?state=queued&limit=500",
                        "GET /v1/volumes/-/operations?state=waiting&limit=500",
                        "GET /v1/volumes/-/operations?state=running&limit=500",
                        "GET /v1/volumes/-/operations?state=cancelling&limit=500");
    }

    @Test
    void listsAllOfAPoolOrAVolume() throws IOException {
        server.answers(200, page(operation("pool", "failed")))
                .answers(200, page(operation("volume", "succeeded")));

        assertThat(client.run("op-list --all --pool images").out()).contains("failed");
        assertThat(Trees.read(client.run("op-list --all --vol images:web1 -o json").out()))
                .isEqualTo(Trees.read("[" + operation("volume", "succeeded") + "]"));
        assertThat(server.lines())
                .containsExactly(
                        "GET /v1/pools/images/operations?limit=500",
                        "GET /v1/volumes/images%3Aweb1/operations?limit=500");
    }

    @Test
    void aPoolAndAVolumeAtOnceAreMisuse() {
        assertThat(client.run("op-list --pool images --vol web1").code()).isEqualTo(2);
    }
}
