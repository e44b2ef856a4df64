package dev.cistern.common.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.common.message.Lane;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.common.testing.Eventually;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SharedTransactionsTest {
    private final TestService service = new TestService();
    private final AtomicInteger undone = new AtomicInteger();
    private final SharedTransactions shared =
            new SharedTransactions(
                    service.database.transactions(),
                    service.database.jdbi(),
                    () -> {
                        undone.incrementAndGet();
                        service.operations.partUndone();
                    });
    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void close() {
        callers.close();
        service.close();
    }

    private UUID thing() {
        var id = UUID.randomUUID();
        service.database
                .jdbi()
                .useHandle(handle -> handle.execute("insert into thing (id) values (?)", id));
        return id;
    }

    private boolean exists(UUID id) {
        return service.database
                .jdbi()
                .withHandle(
                        handle ->
                                handle.select("select exists (select from thing where id = ?)", id)
                                        .mapTo(Boolean.class)
                                        .one());
    }

    private String transaction() {
        return service.database
                .jdbi()
                .withHandle(
                        handle ->
                                handle.select("select pg_current_xact_id()::text")
                                        .mapTo(String.class)
                                        .one());
    }

    /** Runs stories while a first one is under way, so that they gather. */
    private <T> List<Future<T>> gathered(List<Callable<T>> stories) throws Exception {
        var begun = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var first =
                callers.submit(
                        () ->
                                shared.call(
                                        () -> {
                                            begun.countDown();
                                            goOn.await();
                                            return true;
                                        }));
        begun.await();
        var others = new ArrayList<Future<T>>();
        for (var story : stories) {
            others.add(callers.submit(() -> shared.call(story)));
            Eventually.that("it waits", () -> shared.gathered() == others.size());
        }
        goOn.countDown();
        assertThat(first.get()).isTrue();
        return others;
    }

    @Test
    void whatComesAtTheSameTimeSharesATransaction() throws Exception {
        var numbers = new ArrayList<Callable<String>>();
        for (var count = 0; count < 10; count++) {
            numbers.add(
                    () -> {
                        var _ = thing();
                        return transaction();
                    });
        }

        var seen = new ArrayList<String>();
        for (var number : gathered(numbers)) {
            seen.add(number.get());
        }
        assertThat(Set.copyOf(seen)).hasSize(1);
    }

    @Test
    void aRefusalIsUndoneAlone() throws Exception {
        var refused = UUID.randomUUID();
        var ends =
                gathered(
                        List.<Callable<UUID>>of(
                                this::thing,
                                () -> {
                                    service.database
                                            .jdbi()
                                            .useHandle(
                                                    handle ->
                                                            handle.execute(
                                                                    "insert into thing (id) values (?)",
                                                                    refused));
                                    throw new ProblemException(ProblemCode.NAME_TAKEN, "taken");
                                },
                                this::thing));

        assertThat(exists(ends.getFirst().get())).isTrue();
        assertThatThrownBy(() -> ends.get(1).get())
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(ProblemException.class);
        assertThat(exists(refused)).isFalse();
        assertThat(exists(ends.getLast().get())).isTrue();
        assertThat(undone).hasValue(1);
    }

    @Test
    void aFailureIsTheFailureOfItsCallerOnly() throws Exception {
        var ends =
                gathered(
                        List.<Callable<UUID>>of(
                                this::thing,
                                () -> {
                                    throw new IllegalStateException("broken");
                                },
                                this::thing));

        assertThat(exists(ends.getFirst().get())).isTrue();
        assertThatThrownBy(() -> ends.get(1).get()).hasMessageContaining("broken");
        assertThat(exists(ends.getLast().get())).isTrue();
    }

    @Test
    void whatARefusedStoryAcceptedTakesNobodysPlaceInALane() throws Exception {
        service.resize(TestService.ROAD, 1);
        var things = service.database.things(3);
        var stories = new ArrayList<Callable<UUID>>();
        for (var index = 0; index < 3; index++) {
            var thing = things.get(index);
            var refuses = index == 0;
            stories.add(
                    () -> {
                        var operation =
                                service.operations
                                        .accept(
                                                TestService.request(
                                                        Lane.METADATA,
                                                        Set.of(),
                                                        Claim.exclusive(thing)))
                                        .id();
                        if (refuses) {
                            throw new ProblemException(ProblemCode.POOL_FULL, "full");
                        }
                        return operation;
                    });
        }

        var ends = gathered(stories);

        assertThatThrownBy(() -> ends.getFirst().get()).hasMessageContaining("full");
        for (var end : ends.subList(1, 3)) {
            assertThat(service.operations.get(end.get()).dispatched()).isTrue();
        }
    }
}
