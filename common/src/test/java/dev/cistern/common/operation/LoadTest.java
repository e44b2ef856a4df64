package dev.cistern.common.operation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Lane;
import dev.cistern.common.message.Owner;
import dev.cistern.common.message.Result;
import dev.cistern.common.message.ResultMessage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Many clients and workers at random on few resources. */
class LoadTest {
    private static final int CLIENTS = 4;
    private static final int OPERATIONS = 40;

    private final TestService service = new TestService();
    private final List<UUID> things = service.database.things(5);
    private final AtomicInteger runs = new AtomicInteger();
    private final AtomicInteger commits = new AtomicInteger();

    @AfterEach
    void close() {
        service.close();
    }

    private <T> T counted(Callable<T> work) {
        var result =
                service.database
                        .transactions()
                        .call(
                                () -> {
                                    runs.incrementAndGet();
                                    return work.call();
                                });
        commits.incrementAndGet();
        return result;
    }

    @Test
    void noTwoThatConflictRunAtOnceAndAllEndWithoutASweeper() throws Exception {
        service.resize(TestService.ROAD, 3);
        var over = new AtomicBoolean();
        try (var executor = Executors.newFixedThreadPool(CLIENTS + 4)) {
            var clients = new ArrayList<Future<?>>();
            for (var client = 0; client < CLIENTS; client++) {
                var seed = client;
                clients.add(executor.submit(() -> submitSome(new Random(seed))));
            }
            var watching = executor.submit(() -> watch(over));
            var workers = new ArrayList<Future<?>>();
            for (var worker = 0; worker < 3; worker++) {
                var seed = 100 + worker;
                workers.add(executor.submit(() -> work(new Random(seed))));
            }
            for (var task : clients) {
                task.get(60, TimeUnit.SECONDS);
            }
            for (var task : workers) {
                task.get(60, TimeUnit.SECONDS);
            }
            over.set(true);
            assertThat(watching.get(60, TimeUnit.SECONDS)).isZero();
        }

        assertThat(service.database.number("select count(*) from claim")).isZero();
        assertThat(sweptUp()).isZero();
    }

    private void submitSome(Random random) {
        UUID before = null;
        for (var i = 0; i < OPERATIONS; i++) {
            var claims = claims(random);
            Set<UUID> base = before != null && random.nextInt(5) == 0 ? Set.of(before) : Set.of();
            var accepted =
                    counted(
                            () ->
                                    service.operations
                                            .accept(
                                                    TestService.request(
                                                            Lane.METADATA, base, claims))
                                            .id());
            if (random.nextInt(10) == 0) {
                cancel(accepted);
            }
            before = accepted;
        }
    }

    private void cancel(UUID id) {
        counted(
                () -> {
                    service.operations.expect(List.of(id));
                    if (!service.state(id).ended()) {
                        service.operations.cancel(id);
                    }
                    return true;
                });
    }

    private Claim[] claims(Random random) {
        var chosen = new LinkedHashSet<UUID>();
        for (var i = 1 + random.nextInt(2); i > 0; i--) {
            chosen.add(things.get(random.nextInt(things.size())));
        }
        return chosen.stream()
                .map(thing -> new Claim(thing, random.nextInt(3) > 0))
                .toArray(Claim[]::new);
    }

    /** Takes what is out and reports it in batches, in no order, and some of it twice. */
    private void work(Random random) {
        while (!allEnded(CLIENTS * OPERATIONS)) {
            var batch = new ArrayList<>(results(random));
            Collections.shuffle(batch, random);
            if (!batch.isEmpty()) {
                counted(
                        () -> {
                            service.operations.expect(
                                    batch.stream().map(ResultMessage::operation).toList());
                            batch.forEach(service.operations::report);
                            return true;
                        });
            }
        }
    }

    private List<ResultMessage> results(Random random) {
        return service
                .database
                .jdbi()
                .withHandle(
                        handle ->
                                handle.createQuery(
                                                "select * from operation where attempt > attempts_before"
                                                        + " and finished_at is null and state <> 'CANCELLING'"
                                                        + " order by random() limit 4")
                                        .map((row, _) -> OperationRows.read(row))
                                        .list())
                .stream()
                .map(operation -> result(operation, random))
                .toList();
    }

    private static ResultMessage result(Operation operation, Random random) {
        return TestService.message(operation.id(), operation.attempt(), outcome(operation, random));
    }

    private static Result outcome(Operation operation, Random random) {
        var made = TestService.created(operation.target());
        var settled = operation.settles();
        if (settled != null) {
            return new Result.Settled(settled, random.nextBoolean() ? made : null);
        }
        return random.nextInt(6) == 0 ? new Result.CommandFailed(TestService.BROKEN) : made;
    }

    /** Counts pairs that are out at the same time and must not be. */
    private long watch(AtomicBoolean over) {
        var conflicts = 0L;
        while (!over.get()) {
            conflicts +=
                    service.database.number(
                            "select count(*) from claim a join operation x on x.id = a.operation"
                                    + " join claim b on b.resource = a.resource and b.operation < a.operation"
                                    + " join operation y on y.id = b.operation"
                                    + " where (a.exclusive or b.exclusive) and x.attempt > 0 and y.attempt > 0"
                                    + " and x.finished_at is null and y.finished_at is null");
        }
        return conflicts;
    }

    private long sweptUp() {
        try (var watchdog =
                new Watchdog(
                        service.database.jdbi(),
                        service.operations,
                        service.database.transactions(),
                        Owner.VOLUME,
                        () -> true,
                        Watchdog.Settings.DEFAULT)) {
            for (var tick = 0; tick < 15; tick++) {
                watchdog.tick(System.nanoTime());
            }
            return watchdog.sweptUp();
        }
    }

    @Test
    void batchesAndRequestsNeverWaitForEachOtherInACircle() throws Exception {
        var many = service.database.things(40);
        service.resize(TestService.ROAD, 10);
        try (var executor = Executors.newFixedThreadPool(3)) {
            var accepting =
                    executor.submit(
                            () -> {
                                for (var round = 0; round < 2; round++) {
                                    for (var thing : many) {
                                        counted(
                                                () ->
                                                        service.operations.accept(
                                                                TestService.request(
                                                                        Lane.METADATA,
                                                                        Set.of(),
                                                                        Claim.exclusive(thing))));
                                    }
                                }
                            });
            var reporting = new ArrayList<Future<?>>();
            for (var worker = 0; worker < 2; worker++) {
                var random = new Random(worker);
                reporting.add(executor.submit(() -> reportUntil(2 * many.size(), random)));
            }
            accepting.get(60, TimeUnit.SECONDS);
            for (var task : reporting) {
                task.get(60, TimeUnit.SECONDS);
            }
        }

        assertThat(runs.get()).isEqualTo(commits.get());
    }

    private boolean allEnded(int all) {
        return service.database.number(
                                "select count(*) from operation where finished_at is not null"
                                        + " and settles is null")
                        >= all
                && service.database.number(
                                "select count(*) from operation where finished_at is null")
                        == 0;
    }

    private void reportUntil(int all, Random random) {
        while (!allEnded(all)) {
            var batch = results(random);
            if (!batch.isEmpty()) {
                counted(
                        () -> {
                            service.operations.expect(
                                    batch.stream().map(ResultMessage::operation).toList());
                            batch.forEach(service.operations::report);
                            return true;
                        });
            }
        }
    }
}
