package dev.cistern.volume;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.CommandMessage;
import dev.cistern.common.message.FileFacts;
import dev.cistern.common.message.InternalEvent.PoolClosed;
import dev.cistern.common.message.InternalEvent.PoolClosing;
import dev.cistern.common.message.InternalEvent.PoolForgetting;
import dev.cistern.common.message.InternalEvent.PoolForgotten;
import dev.cistern.common.message.InternalEvent.PoolInventoried;
import dev.cistern.common.message.InternalEvent.PoolOpened;
import dev.cistern.common.message.InternalEvent.PoolRefreshRequested;
import dev.cistern.common.message.Permissions;
import dev.cistern.common.message.PoolFigures;
import dev.cistern.common.message.PoolPlace;
import dev.cistern.common.message.Result;
import dev.cistern.partner.Await;
import dev.cistern.partner.PublicEvent;
import dev.cistern.partner.Rows;
import dev.cistern.partner.Stage;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A pool with volumes, and what its user, its workers and pool-service do, step by step. */
record VolumeStory(Stage stage, String pool, UUID poolId, String group) {
    static final long MIB = 1 << 20;
    static final PoolFigures FIGURES = new PoolFigures(1 << 30, 1 << 20, (1 << 30) - (1 << 20));
    private static final AtomicInteger COUNT = new AtomicInteger();

    /** A pool that is open, with nothing in it. */
    static VolumeStory open() {
        return open(100 * MIB, Stage.GROUP);
    }

    static VolumeStory open(long allowed, String group) {
        var story =
                new VolumeStory(
                        Stage.shared(),
                        "pool-" + COUNT.incrementAndGet(),
                        UUID.randomUUID(),
                        group);
        var opening = story.opened(1, allowed);
        if (Stage.GROUP.equals(group)) {
            assertThat(story.scanned(opening, List.of()).problem()).isNull();
        } else {
            var _ = scanAsked(opening);
        }
        return story;
    }

    /** pool-service opens it; returns the operation that waits for the answer. */
    UUID opened(long epoch, long allowed) {
        var operation = UUID.randomUUID();
        var place = new PoolPlace(poolId, new UUID(1, 1), epoch, "/pools/" + pool);
        stage.say(
                new PoolOpened(poolId, operation, pool, "default", group, place, FIGURES, allowed));
        return operation;
    }

    UUID refresh() {
        var operation = UUID.randomUUID();
        stage.say(new PoolRefreshRequested(poolId, operation));
        return operation;
    }

    /** The same without anyone having said that what is there is complete. */
    UUID lookedAt() {
        var operation = UUID.randomUUID();
        stage.say(new PoolRefreshRequested(poolId, operation, true));
        return operation;
    }

    /** The scan that the service has a worker do on behalf of an operation of pool-service. */
    CommandMessage scan(UUID answers) {
        return stage.take(scanAsked(answers));
    }

    private static UUID scanAsked(UUID answers) {
        try {
            return UUID.fromString(
                    Await.until(
                            "the scan",
                            () ->
                                    Rows.text(
                                            "select coalesce(max(id::text), '') from volume.operation"
                                                    + " where kind = 'ScanPool' and request->>'answers' = ?",
                                            answers.toString()),
                            found -> !found.isEmpty()));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** A worker finds these files; returns what is told of it. */
    PoolInventoried scanned(UUID answers, List<FileFacts> files) {
        var scan = scan(answers);
        if (!files.isEmpty()) {
            stage.answer(scan, new Result.PoolScanPage(0, files));
        }
        stage.answer(scan, new Result.PoolScanned(files.isEmpty() ? 0 : 1, FIGURES));
        return inventoried(answers);
    }

    PoolInventoried inventoried(UUID answers) {
        return stage.heard(PoolInventoried.class, said -> said.operation().equals(answers));
    }

    PoolInventoried refreshed(FileFacts... files) {
        return scanned(refresh(), List.of(files));
    }

    PoolClosing closing(long epoch) {
        var closing = new PoolClosing(poolId, UUID.randomUUID(), epoch);
        stage.say(closing);
        return closing;
    }

    PoolClosed closed(PoolClosing closing) {
        return stage.heard(PoolClosed.class, said -> said.operation().equals(closing.operation()));
    }

    PoolForgotten forget(boolean keepFiles) {
        var operation = UUID.randomUUID();
        stage.say(new PoolForgetting(poolId, operation, keepFiles));
        return stage.heard(PoolForgotten.class, said -> said.operation().equals(operation));
    }

    Response post(Map<String, ?> more) {
        var body = new HashMap<String, Object>(more);
        body.putIfAbsent("pool", pool);
        body.putIfAbsent("name", "disk");
        body.putIfAbsent("format", "qcow2");
        body.putIfAbsent("capacity", MIB);
        return given().contentType("application/json").body(body).post("/v1/volumes");
    }

    /** Accepted, not taken by a worker. */
    UUID asked(String name, long capacity) {
        return accepted(post(Map.of("name", name, "capacity", capacity)));
    }

    static UUID accepted(Response answer) {
        assertThat(answer.statusCode()).as(answer.asString()).isEqualTo(202);
        return UUID.fromString(answer.jsonPath().getString("id"));
    }

    /** In a worker's hands. */
    CommandMessage creating(String name, long capacity) {
        return stage.take(asked(name, capacity));
    }

    UUID created(String name, long inode) {
        return created(name, MIB, inode);
    }

    UUID created(String name, long capacity, long inode) {
        var command = creating(name, capacity);
        var id = volumeOf(command);
        stage.answer(command, new Result.VolumeCreated(id, file(name, capacity, inode)));
        assertThat(end(command.operation()).getString("state")).isEqualTo("succeeded");
        return id;
    }

    CommandMessage deleting(UUID volume) {
        return stage.take(accepted(given().delete("/v1/volumes/" + volume)));
    }

    void deleted(UUID volume) {
        var command = deleting(volume);
        stage.answer(command, new Result.VolumeDeleted(volume));
        assertThat(end(command.operation()).getString("state")).isEqualTo("succeeded");
    }

    static UUID volumeOf(CommandMessage command) {
        return ((Command.OfVolume) command.command()).volumeId();
    }

    static Response cancel(UUID operation) {
        return given().post("/v1/volumes/-/operations/" + operation + "/cancel");
    }

    /** The settling of an operation, in a worker's hands. */
    CommandMessage settling(UUID operation) {
        return stage.take(
                "the settling of " + operation,
                message ->
                        message.command() instanceof Command.Settle settle
                                && settle.operation().equals(operation));
    }

    static JsonPath operation(UUID operation) {
        return given().get("/v1/volumes/-/operations/" + operation).jsonPath();
    }

    static JsonPath end(UUID operation) {
        var ended = given().get("/v1/volumes/-/operations/" + operation + "?wait=20s").jsonPath();
        assertThat(ended.getBoolean("done")).as(ended.prettify()).isTrue();
        return ended;
    }

    static void failed(UUID operation, String code) {
        var ended = end(operation);
        assertThat(ended.getString("state")).isEqualTo("failed");
        assertThat(ended.getString("problem.code")).isEqualTo(code);
    }

    static JsonPath volume(UUID id) {
        return given().get("/v1/volumes/" + id).jsonPath();
    }

    static String state(UUID id) {
        return volume(id).getString("state");
    }

    static List<String> conditions(UUID id) {
        return volume(id).getList("conditions");
    }

    /** Bytes that the ledger has promised. */
    long reserved() {
        return Rows.number(
                "select (select reserved from volume.ledger where pool = ?)"
                        + " + coalesce((select sum(bytes) from volume.ledger_entry where pool = ?), 0)",
                poolId,
                poolId);
    }

    List<String> events(UUID volume, int count) throws Exception {
        return Await.until(
                "%d events of %s".formatted(count, volume),
                () -> stage.events(volume.toString()).stream().map(PublicEvent::type).toList(),
                types -> types.size() >= count);
    }

    /** A file as a worker sees it. */
    static FileFacts file(String name, long capacity, long inode) {
        return file(name, capacity, inode, null);
    }

    static FileFacts file(String name, long capacity, long inode, @Nullable String backingFile) {
        return new FileFacts(
                name,
                "qcow2",
                capacity,
                196_608,
                backingFile,
                backingFile == null ? null : "raw",
                inode,
                196_608,
                Instant.EPOCH,
                new Permissions(0, 0, 0600),
                null);
    }
}
