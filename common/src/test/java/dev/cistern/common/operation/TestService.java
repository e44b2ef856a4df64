package dev.cistern.common.operation;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.CommandMessage;
import dev.cistern.common.message.FileFacts;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.message.Json;
import dev.cistern.common.message.Lane;
import dev.cistern.common.message.Owner;
import dev.cistern.common.message.Permissions;
import dev.cistern.common.message.PoolPlace;
import dev.cistern.common.message.Result;
import dev.cistern.common.message.ResultMessage;
import dev.cistern.common.operation.Fleet.Road;
import dev.cistern.common.operation.NewOperation.Requester;
import dev.cistern.common.outbox.Outbox;
import dev.cistern.common.problem.Problem;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.testing.Database;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A service with one kind of operation, whose use case does what a test tells it to. */
final class TestService implements AutoCloseable {
    static final String GROUP = "node-1";
    static final Road ROAD = new Road(GROUP, Lane.METADATA);
    static final Problem BROKEN = Problem.of(ProblemCode.IO_ERROR, "the disk is broken");

    final Database database = Database.create();
    final List<UUID> ended = new CopyOnWriteArrayList<>();
    final List<UUID> failed = new CopyOnWriteArrayList<>();
    final AtomicInteger completed = new AtomicInteger();
    final Operations operations;

    Function<Operation, Turn> begin = operation -> new Turn.Send(create(operation.target()));
    BiFunction<Operation, Result, Turn> complete =
            (operation, _) -> new Turn.Finish(Map.of("target", operation.target()));
    Consumer<Operation> fail = _ -> {};

    TestService() {
        this(BulkLimits.NONE);
    }

    TestService(BulkLimits bulk) {
        operations =
                new Operations(
                        database.jdbi(),
                        database.synchronizations(),
                        Owner.VOLUME,
                        "thing",
                        new Outbox(database.jdbi(), database.synchronizations(), () -> {}),
                        List.of(new Work()),
                        operation -> ended.add(operation.id()),
                        _ -> List.of(),
                        bulk);
        resize(ROAD, 100);
        resize(new Road(GROUP, Lane.BULK), 100);
    }

    private final class Work implements UseCase {
        @Override
        public String kind() {
            return "Work";
        }

        @Override
        public Turn begin(Operation operation) {
            return begin.apply(operation);
        }

        @Override
        public Turn completed(Operation operation, Result result) {
            completed.incrementAndGet();
            return complete.apply(operation, result);
        }

        @Override
        public void failed(Operation operation, Problem problem) {
            failed.add(operation.id());
            fail.accept(operation);
        }
    }

    static Command.CreateVolume create(UUID volume) {
        return new Command.CreateVolume(
                place(),
                volume,
                1,
                "disk",
                "raw",
                1 << 20,
                Permissions.VOLUME_DEFAULT,
                ImageOptions.USUAL);
    }

    static PoolPlace place() {
        return new PoolPlace(new UUID(1, 1), new UUID(2, 2), 1, "/var/lib/pool");
    }

    static Result created(UUID volume) {
        return new Result.VolumeCreated(
                volume,
                new FileFacts(
                        "disk",
                        "raw",
                        1 << 20,
                        0,
                        null,
                        null,
                        7,
                        1 << 20,
                        Instant.EPOCH,
                        Permissions.VOLUME_DEFAULT,
                        null));
    }

    void resize(Road road, int slots) {
        run(() -> operations.resize(road, slots));
    }

    void run(Runnable work) {
        database.transactions().run(work);
    }

    UUID accept(Claim... claims) {
        return accept(Lane.METADATA, Set.of(), claims);
    }

    UUID accept(Lane lane, Set<UUID> dependsOn, Claim... claims) {
        return database.transactions()
                .call(() -> operations.accept(request(lane, dependsOn, claims)).id());
    }

    /** Of a tenant, in a pool, on a thing of its own. */
    UUID acceptBulk(String tenant, UUID pool) {
        var thing = database.things(1).getFirst();
        var request =
                new NewOperation(
                        "Work",
                        "volume",
                        thing,
                        "disk",
                        pool,
                        new Requester(tenant, "test", null),
                        GROUP,
                        Lane.BULK,
                        List.of(Claim.exclusive(thing)),
                        Map.of(),
                        Set.of(),
                        Duration.ofMinutes(1));
        return database.transactions().call(() -> operations.accept(request).id());
    }

    static NewOperation request(Lane lane, Set<UUID> dependsOn, Claim... claims) {
        var target = claims.length == 0 ? new UUID(3, 3) : claims[0].resource();
        return new NewOperation(
                "Work",
                "volume",
                target,
                "disk",
                new UUID(1, 1),
                Requester.SYSTEM,
                GROUP,
                lane,
                List.of(claims),
                Map.of(),
                dependsOn,
                Duration.ofMinutes(1));
    }

    Operation get(UUID id) {
        return operations.get(id);
    }

    OperationState state(UUID id) {
        return get(id).state();
    }

    boolean out(UUID id) {
        return get(id).dispatched() && !get(id).state().ended();
    }

    /** A worker has done it. */
    void succeed(UUID id) {
        report(id, created(get(id).target()));
    }

    /** A worker could not do it. */
    void fail(UUID id) {
        report(id, new Result.CommandFailed(BROKEN));
    }

    void report(UUID id, Result result) {
        report(id, get(id).attempt(), result);
    }

    void report(UUID id, int attempt, Result result) {
        run(() -> operations.report(message(id, attempt, result)));
    }

    static ResultMessage message(UUID id, int attempt, Result result) {
        return new ResultMessage(id, attempt, Owner.VOLUME, "w", Instant.EPOCH, null, result);
    }

    /** The operation that settles another. */
    @Nullable UUID heir(UUID id) {
        return database.jdbi()
                .withHandle(
                        handle ->
                                handle.select("select id from operation where settles = ?", id)
                                        .mapTo(UUID.class)
                                        .findOne()
                                        .orElse(null));
    }

    /** The commands in the outbox, oldest first. */
    List<CommandMessage> commands() {
        var commands = new ArrayList<CommandMessage>();
        for (var payload : payloads("cistern.commands.%")) {
            commands.add(Json.readOwn(payload, CommandMessage.class));
        }
        return commands;
    }

    List<String> payloads(String topics) {
        return database.jdbi()
                .withHandle(
                        handle ->
                                handle.select(
                                                "select payload from outbox where topic like ? order by sequence",
                                                topics)
                                        .mapTo(String.class)
                                        .list());
    }

    long inFlight() {
        return database.number(
                "select count(*) from operation where attempt > attempts_before and finished_at is null");
    }

    @Override
    public void close() {
        database.close();
    }
}
