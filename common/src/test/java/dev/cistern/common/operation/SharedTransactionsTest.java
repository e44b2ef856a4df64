package dev.cistern.common.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.common.operation.SharedTransactions.Answer;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.common.testing.Eventually;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SharedTransactionsTest {
    private final TestService service = new TestService();
    private final SharedTransactions<Supplier<Answer<String>>, String> shared =
            new SharedTransactions<>(
                    service.database.transactions(),
                    requests -> requests.stream().map(Supplier::get).toList());
    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void close() {
        callers.close();
        service.close();
    }

    private Answer<String> thing(UUID id) {
        service.database
                .jdbi()
                .useHandle(handle -> handle.execute("insert into thing (id) values (?)", id));
        return new Answer.Granted<>(
                service.database
                        .jdbi()
                        .withHandle(
                                handle ->
                                        handle.select("select pg_current_xact_id()::text")
                                                .mapTo(String.class)
                                                .one()));
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

    /** Asks while a first request is under way, so that these gather. */
    private List<Future<String>> gathered(List<Supplier<Answer<String>>> requests)
            throws Exception {
        var begun = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var first =
                callers.submit(
                        () ->
                                shared.call(
                                        () -> {
                                            begun.countDown();
                                            Uninterrupted.await(goOn);
                                            return new Answer.Granted<>("first");
                                        }));
        begun.await();
        var others = new ArrayList<Future<String>>();
        for (var request : requests) {
            others.add(callers.submit(() -> shared.call(request)));
            Eventually.that("it waits", () -> shared.gathered() == others.size());
        }
        goOn.countDown();
        assertThat(first.get()).isEqualTo("first");
        return others;
    }

    private static final class Uninterrupted {
        static void await(CountDownLatch latch) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Test
    void whatComesAtTheSameTimeSharesATransaction() throws Exception {
        var requests =
                Stream.<Supplier<Answer<String>>>generate(() -> () -> thing(UUID.randomUUID()))
                        .limit(10)
                        .toList();

        var seen = new ArrayList<String>();
        for (var answer : gathered(requests)) {
            seen.add(answer.get());
        }
        assertThat(Set.copyOf(seen)).hasSize(1);
    }

    @Test
    void aRefusalIsTheAnswerOfItsCallerOnly() throws Exception {
        var ids = Stream.generate(UUID::randomUUID).limit(2).toList();
        var answers =
                gathered(
                        List.of(
                                () -> thing(ids.getFirst()),
                                () ->
                                        new Answer.Refused<>(
                                                new ProblemException(
                                                        ProblemCode.NAME_TAKEN, "taken")),
                                () -> thing(ids.getLast())));

        assertThat(answers.getFirst().get()).isEqualTo(answers.getLast().get());
        assertThat(ids).allMatch(this::exists);
        assertThatThrownBy(() -> answers.get(1).get())
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("taken");
    }

    @Test
    void aFailureIsUndoneAloneAndThatOfItsCallerOnly() throws Exception {
        var failing = UUID.randomUUID();
        var ids = Stream.generate(UUID::randomUUID).limit(2).toList();
        var answers =
                gathered(
                        List.of(
                                () -> thing(ids.getFirst()),
                                () -> {
                                    var _ = thing(failing);
                                    throw new IllegalStateException("broken");
                                },
                                () -> thing(ids.getLast())));

        assertThat(answers.getFirst().get()).isNotEqualTo(answers.getLast().get());
        assertThat(ids).allMatch(this::exists);
        assertThatThrownBy(() -> answers.get(1).get()).hasMessageContaining("broken");
        assertThat(exists(failing)).isFalse();
    }
}
