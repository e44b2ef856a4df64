package dev.cistern.volume;

import static dev.cistern.volume.Peer.file;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.CommandMessage;
import dev.cistern.common.message.FileFacts;
import dev.cistern.common.message.InternalEvent;
import dev.cistern.common.message.PoolFigures;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.Problem;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.embedded.TestServers;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** volume-service between HTTP and Kafka, on a real PostgreSQL; its partners are played. */
@QuarkusTest
@QuarkusTestResource(Servers.class)
final class VolumeServiceTest {
    private static final long MIB = 1 << 20;
    private static final AtomicInteger POOLS = new AtomicInteger();
    private static Peer peer;

    private String pool;
    private UUID poolId;

    @BeforeAll
    static void start() throws Exception {
        peer = new Peer(TestServers.shared().bootstrapServers());
    }

    @AfterAll
    static void stop() {
        peer.close();
    }

    @BeforeEach
    void open() throws Exception {
        peer.heartbeat();
        pool = "pool-" + POOLS.incrementAndGet();
        poolId = peer.openPool(pool, 100 * MIB, List.of());
    }

    private Response post(String name, long capacity) {
        return given().contentType("application/json")
                .body(Map.of("pool", pool, "name", name, "format", "qcow2", "capacity", capacity))
                .post("/v1/volumes");
    }

    private CommandMessage accepted(String name, long capacity) throws Exception {
        assertThat(post(name, capacity).statusCode()).isEqualTo(202);
        return peer.next(Command.CreateVolume.class);
    }

    private UUID created(String name, long inode) throws Exception {
        var command = accepted(name, MIB);
        var id = volumeOf(command);
        peer.result(command, new Result.VolumeCreated(id, file(name, MIB, inode)));
        assertThat(ended(command).getString("state")).isEqualTo("succeeded");
        return id;
    }

    private static UUID volumeOf(CommandMessage command) {
        return ((Command.OfVolume) command.command()).volumeId();
    }

    private static JsonPath ended(CommandMessage command) {
        return given().get("/v1/volumes/-/operations/" + command.operation() + "?wait=20s")
                .jsonPath();
    }

    private static JsonPath volume(UUID id) {
        return given().get("/v1/volumes/" + id).jsonPath();
    }

    private InternalEvent.PoolInventoried refreshed(List<FileFacts> files) throws Exception {
        peer.tell(new InternalEvent.PoolRefreshRequested(poolId, UUID.randomUUID()));
        return peer.scanned(files);
    }

    @Test
    void aVolumeIsCreatedAndDeleted() throws Exception {
        var id = created("disk", 7);
        assertThat(volume(id).getString("state")).isEqualTo("available");
        assertThat(volume(id).getString("path")).isEqualTo("/pools/" + pool + "/disk");

        given().delete("/v1/volumes/" + pool + ":disk").then().statusCode(202);
        var delete = peer.next(Command.DeleteVolume.class);
        assertThat(delete.command())
                .isEqualTo(new Command.DeleteVolume(delete.command().pool(), id, 2, "disk", 7L));
        peer.result(delete, new Result.VolumeDeleted(id));

        assertThat(ended(delete).getString("state")).isEqualTo("succeeded");
        assertThat(volume(id).getString("state")).isEqualTo("deleted");
        assertThat(given().get("/v1/volumes/" + pool + ":disk").statusCode()).isEqualTo(404);
    }

    @Test
    void aResultThatComesTwiceCountsOnce() throws Exception {
        var command = accepted("disk", MIB);
        var result = new Result.VolumeCreated(volumeOf(command), file("disk", MIB, 7));
        peer.result(command, result);
        peer.result(command, result);
        assertThat(ended(command).getString("state")).isEqualTo("succeeded");

        given().delete("/v1/volumes/" + pool + ":disk");
        var delete = peer.next(Command.DeleteVolume.class);
        peer.result(command, result);
        peer.result(delete, new Result.VolumeDeleted(volumeOf(command)));

        assertThat(ended(delete).getString("state")).isEqualTo("succeeded");
        assertThat(volume(volumeOf(command)).getString("state")).isEqualTo("deleted");
    }

    @Test
    void aCreationThatFailedGivesItsNameAndRoomBack() throws Exception {
        var command = accepted("disk", 90 * MIB);
        peer.result(
                command,
                new Result.CommandFailed(Problem.of(ProblemCode.STORAGE_FULL, "no space")));

        var operation = ended(command);
        assertThat(operation.getString("state")).isEqualTo("failed");
        assertThat(operation.getString("problem.code")).isEqualTo("storage-full");
        assertThat(volume(volumeOf(command)).getString("state")).isEqualTo("error");
        accepted("disk", 90 * MIB);
        given().delete("/v1/volumes/" + volumeOf(command)).then().statusCode(202);
        assertThat(volume(volumeOf(command)).getString("state")).isEqualTo("deleted");
    }

    @Test
    void aFileThatIsNotTheVolumesIsNotDeleted() throws Exception {
        var id = created("disk", 7);
        given().delete("/v1/volumes/" + id);
        var delete = peer.next(Command.DeleteVolume.class);
        peer.result(
                delete,
                new Result.CommandFailed(Problem.of(ProblemCode.VOLUME_DRIFTED, "another file")));

        assertThat(ended(delete).getString("state")).isEqualTo("failed");
        assertThat(volume(id).getString("state")).isEqualTo("available");
        assertThat(volume(id).getList("conditions")).containsExactly("drifted");
    }

    @Test
    void aVolumeDeletedTwiceAtOnceIsDeletedOnce() throws Exception {
        var id = created("disk", 7);
        given().delete("/v1/volumes/" + id).then().statusCode(202);
        var second = given().delete("/v1/volumes/" + id).jsonPath();
        assertThat(second.getString("state")).isEqualTo("waiting");

        var delete = peer.next(Command.DeleteVolume.class);
        peer.result(delete, new Result.VolumeDeleted(id));

        var ended =
                given().get("/v1/volumes/-/operations/" + second.getString("id") + "?wait=20s")
                        .jsonPath();
        assertThat(ended.getString("state")).isEqualTo("failed");
        assertThat(ended.getString("problem.code")).isEqualTo("volume-state");
    }

    @Test
    void cancelWaitsForAWorkerToSettle() throws Exception {
        var command = accepted("disk", MIB);
        var cancelled =
                given().post("/v1/volumes/-/operations/" + command.operation() + "/cancel")
                        .jsonPath();
        assertThat(cancelled.getString("state")).isEqualTo("cancelling");

        var settle = peer.next(Command.Settle.class);
        assertThat(volume(volumeOf(command)).getList("conditions")).contains("unsettled");
        peer.result(settle, new Result.Settled(command.operation(), null));

        assertThat(ended(command).getString("state")).isEqualTo("cancelled");
        assertThat(volume(volumeOf(command)).getString("state")).isEqualTo("deleted");
    }

    @Test
    void whatWasDoneBeforeItWasCancelledStands() throws Exception {
        var command = accepted("disk", MIB);
        given().post("/v1/volumes/-/operations/" + command.operation() + "/cancel");
        var settle = peer.next(Command.Settle.class);
        var outcome = new Result.VolumeCreated(volumeOf(command), file("disk", MIB, 7));

        peer.result(settle, new Result.Settled(command.operation(), outcome));

        assertThat(ended(command).getString("state")).isEqualTo("succeeded");
        assertThat(volume(volumeOf(command)).getString("state")).isEqualTo("available");
    }

    @Test
    void aScanAdoptsMarksAndUnmarks() throws Exception {
        var stays = created("stays", 1);
        var goes = created("goes", 2);
        var swapped = created("swapped", 3);

        var stock =
                refreshed(
                        List.of(
                                file("new", 5 * MIB, 9),
                                file("stays", MIB, 1),
                                file("swapped", MIB, 33)));

        assertThat(stock.adopted()).isEqualTo(1);
        assertThat(stock.missing()).isEqualTo(1);
        assertThat(stock.drifted()).isEqualTo(1);
        assertThat(stock.volumes()).isEqualTo(4);
        assertThat(volume(stays).getList("conditions")).isEmpty();
        assertThat(volume(goes).getList("conditions")).containsExactly("missing");
        assertThat(volume(swapped).getList("conditions")).containsExactly("drifted");

        var again =
                refreshed(
                        List.of(
                                file("goes", MIB, 2),
                                file("new", 5 * MIB, 9),
                                file("stays", MIB, 1),
                                file("swapped", MIB, 3)));

        assertThat(again.adopted() + again.missing() + again.drifted()).isZero();
        assertThat(volume(goes).getList("conditions")).isEmpty();
        assertThat(volume(swapped).getList("conditions")).isEmpty();
    }

    @Test
    void aScanDoesNotJudgeWhatChangedAfterItBegan() throws Exception {
        var deleted = created("deleted", 1);
        peer.tell(new InternalEvent.PoolRefreshRequested(poolId, UUID.randomUUID()));
        var scan = peer.next(Command.ScanPool.class);
        var late = created("late", 2);
        given().delete("/v1/volumes/" + deleted);
        var delete = peer.next(Command.DeleteVolume.class);
        peer.result(delete, new Result.VolumeDeleted(deleted));
        assertThat(ended(delete).getString("state")).isEqualTo("succeeded");

        peer.result(scan, new Result.PoolScanPage(0, List.of(file("deleted", MIB, 1))));
        peer.result(scan, new Result.PoolScanned(1, new PoolFigures(1 << 30, 0, 1 << 30)));
        var stock = peer.answer(InternalEvent.PoolInventoried.class);

        assertThat(stock.adopted()).isZero();
        assertThat(stock.missing()).isZero();
        assertThat(volume(late).getList("conditions")).isEmpty();
        assertThat(volume(deleted).getString("state")).isEqualTo("deleted");
    }

    @Test
    void adoptedVolumesCountAndAreNeverRefused() throws Exception {
        refreshed(List.of(file("huge", 99 * MIB, 1)));

        var refused = post("disk", 2 * MIB).jsonPath();

        assertThat(refused.getString("code")).isEqualTo("pool-full");
        assertThat(refused.getLong("used")).isEqualTo(99 * MIB);
        assertThat(refused.getLong("requested")).isEqualTo(2 * MIB);
        assertThat(refused.getLong("allowed")).isEqualTo(100 * MIB);
        accepted("disk", MIB);
    }

    @Test
    void aClosingPoolRefusesNewWorkAndLetsTheRestEnd() throws Exception {
        var command = accepted("disk", MIB);
        var stop = UUID.randomUUID();
        peer.tell(new InternalEvent.PoolClosing(poolId, stop, 2));
        given().get("/v1/volumes/-/operations/" + command.operation() + "?wait=1s");
        assertThat(post("another", MIB).jsonPath().getString("code")).isEqualTo("pool-not-running");

        peer.result(command, new Result.VolumeCreated(volumeOf(command), file("disk", MIB, 7)));

        var closed = peer.answer(InternalEvent.PoolClosed.class);
        assertThat(closed).isEqualTo(new InternalEvent.PoolClosed(poolId, stop, 2));
    }

    @Test
    void aPoolIsForgottenOnlyIfItMayBe() throws Exception {
        var id = created("disk", 7);
        peer.tell(new InternalEvent.PoolClosing(poolId, UUID.randomUUID(), 2));
        peer.answer(InternalEvent.PoolClosed.class);

        peer.tell(new InternalEvent.PoolForgetting(poolId, UUID.randomUUID(), false));
        var refused = peer.answer(InternalEvent.PoolForgotten.class);
        peer.tell(new InternalEvent.PoolForgetting(poolId, UUID.randomUUID(), true));
        var done = peer.answer(InternalEvent.PoolForgotten.class);

        assertThat(refused.done()).isFalse();
        assertThat(refused.volumes()).isEqualTo(1);
        assertThat(done.done()).isTrue();
        assertThat(volume(id).getString("state")).isEqualTo("deleted");
    }

    @Test
    void aFolderThatIsNotThereIsToldOf() throws Exception {
        var command = accepted("disk", MIB);
        var problem = Problem.of(ProblemCode.POOL_INACCESSIBLE, "no marker");
        peer.result(command, new Result.CommandFailed(problem));

        var told = peer.answer(InternalEvent.PoolUnreachable.class);

        assertThat(told).isEqualTo(new InternalEvent.PoolUnreachable(poolId, 1, problem));
    }

    @Test
    void listsAreFilteredAndPaged() throws Exception {
        refreshed(List.of(file("a", MIB, 1), file("b", MIB, 2), file("c", MIB, 3)));

        var first = given().get("/v1/volumes?limit=2&format=qcow2&pool=" + pool).jsonPath();
        var rest =
                given().get(
                                "/v1/volumes?limit=2&format=qcow2&pool="
                                        + pool
                                        + "&cursor="
                                        + first.getString("next"))
                        .jsonPath();

        assertThat(first.getList("items.name")).containsExactly("a", "b");
        assertThat(rest.getList("items.name")).containsExactly("c");
        assertThat(rest.getString("next")).isNull();
        assertThat(given().get("/v1/volumes?name=b&pool=" + pool).jsonPath().getList("items"))
                .hasSize(1);
        assertThat(given().get("/v1/volumes?state=error&pool=" + pool).jsonPath().getList("items"))
                .isEmpty();
        assertThat(given().get("/v1/volumes?state=odd").statusCode()).isEqualTo(422);
    }
}
