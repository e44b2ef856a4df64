package dev.cistern.common.operation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.CommandMessage;
import dev.cistern.common.message.Lane;
import dev.cistern.common.message.Result;
import dev.cistern.common.operation.Fleet.Road;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WindowTest {
    private static final Road BULK = new Road(TestService.GROUP, Lane.BULK);

    private final TestService service = new TestService();

    @AfterEach
    void close() {
        service.close();
    }

    private List<UUID> acceptAll(int count) {
        return service.database.things(count).stream()
                .map(thing -> service.accept(Claim.exclusive(thing)))
                .toList();
    }

    @Test
    void twiceTheSlotsAreOutAndTheRestFollowsInTheOrderAccepted() {
        service.resize(TestService.ROAD, 1);
        var all = acceptAll(4);
        assertThat(service.inFlight()).isEqualTo(2);
        assertThat(service.state(all.get(2))).isEqualTo(OperationState.QUEUED);

        service.succeed(all.get(1));
        assertThat(service.inFlight()).isEqualTo(2);
        service.fail(all.get(0));

        assertThat(service.commands().stream().map(CommandMessage::operation)).isEqualTo(all);
    }

    @Test
    void nothingGoesToAGroupThatNoWorkerHasSpokenFor() {
        var thing = service.database.things(1).getFirst();
        service.database.execute("delete from lane");

        var waiting = service.accept(Claim.exclusive(thing));
        assertThat(service.commands()).isEmpty();

        service.resize(TestService.ROAD, 1);
        assertThat(service.out(waiting)).isTrue();
    }

    @Test
    void moreSlotsLetMoreGoAndFewerTakeNothingBack() {
        service.resize(TestService.ROAD, 2);
        acceptAll(8);
        assertThat(service.inFlight()).isEqualTo(4);

        service.resize(TestService.ROAD, 1);
        assertThat(service.inFlight()).isEqualTo(4);
        service.resize(TestService.ROAD, 3);
        assertThat(service.inFlight()).isEqualTo(6);
    }

    @Test
    void anEndedCancelOfAPoolCommandMakesRoom() {
        service.begin = _ -> new Turn.Send(new Command.StopPool(TestService.place()));
        service.resize(TestService.ROAD, 1);
        var all = acceptAll(3);

        service.run(() -> service.operations.cancel(all.getFirst()));

        assertThat(service.out(all.get(2))).isTrue();
    }

    @Test
    void aConversationMakesRoom() {
        service.complete = (_, _) -> new Turn.Converse("asking");
        service.resize(TestService.ROAD, 1);
        var all = acceptAll(3);

        service.succeed(all.getFirst());

        assertThat(service.out(all.get(2))).isTrue();
    }

    @Test
    void aSecondCommandCountsOnce() {
        service.resize(TestService.ROAD, 1);
        service.complete = (operation, _) -> new Turn.Send(TestService.create(operation.target()));
        var all = acceptAll(2);

        service.succeed(all.getFirst());

        assertThat(service.inFlight()).isEqualTo(2);
        assertThat(service.get(all.getFirst()).attempt()).isEqualTo(2);
    }

    @Test
    void givingUpOnASettlingMakesRoom() {
        service.resize(TestService.ROAD, 1);
        var all = acceptAll(3);
        service.run(() -> service.operations.cancel(all.getFirst()));
        assertThat(service.out(all.get(2))).isFalse();

        service.succeed(all.get(1));
        assertThat(service.out(Objects.requireNonNull(service.heir(all.getFirst())))).isTrue();
        assertThat(service.out(all.get(2))).isFalse();
        service.run(() -> service.operations.endUnsettled(all.getFirst()));

        assertThat(service.out(all.get(2))).isTrue();
    }

    @Test
    void aSettledOperationMakesRoomInItsOwnLane() {
        service.resize(BULK, 1);
        var all =
                service.database.things(3).stream()
                        .map(thing -> service.accept(Lane.BULK, Set.of(), Claim.exclusive(thing)))
                        .toList();
        service.run(() -> service.operations.cancel(all.getFirst()));
        assertThat(service.out(all.get(2))).isFalse();

        service.report(
                Objects.requireNonNull(service.heir(all.getFirst())),
                new Result.Settled(all.getFirst(), null));

        assertThat(service.out(all.get(2))).isTrue();
    }

    @Test
    void oneAcceptedWithoutRoomInTheMomentThatRoomIsFreedIsNotForgotten() throws Exception {
        service.resize(TestService.ROAD, 1);
        var all = acceptAll(2);
        var thing = service.database.things(1).getFirst();

        var late =
                Race.whileCommitting(
                        service.database,
                        () ->
                                service.operations
                                        .accept(
                                                TestService.request(
                                                        Lane.METADATA,
                                                        Set.of(),
                                                        Claim.exclusive(thing)))
                                        .id(),
                        () -> service.succeed(all.getFirst()));

        assertThat(service.out(late)).isTrue();
    }

    /** A row of the service's own, such as a pool's ledger, is locked before the lane by both. */
    @Test
    void oneThatFreesRoomAndOneThatAsksForItDoNotWaitForEachOtherInACircle() throws Exception {
        var sent = acceptAll(1).getFirst();
        var things = service.database.things(2);
        var runs = new AtomicInteger();

        Race.whileOpen(
                service.database,
                () -> {
                    runs.incrementAndGet();
                    service.operations.report(
                            TestService.message(sent, 1, TestService.created(things.get(0))));
                    return true;
                },
                () ->
                        service.run(
                                () -> {
                                    runs.incrementAndGet();
                                    change(things.get(0));
                                    service.operations.accept(
                                            TestService.request(
                                                    Lane.METADATA,
                                                    Set.of(),
                                                    Claim.exclusive(things.get(1))));
                                }),
                () -> change(things.get(0)));

        assertThat(runs.get()).isEqualTo(2);
    }

    private void change(UUID thing) {
        service.database.execute("update thing set changes = changes + 1 where id = ?", thing);
    }

    @Test
    void manyAtOnceNeverGoFarBeyondTheWindowAndAllGoInTheEnd() throws Exception {
        var acceptors = 6;
        var slots = 4;
        service.resize(TestService.ROAD, slots);
        var things = service.database.things(72);
        var most = new AtomicLong();
        try (var executor = Executors.newFixedThreadPool(acceptors + 2)) {
            var accepting = new ArrayList<Future<?>>();
            for (var part = 0; part < acceptors; part++) {
                var mine = things.subList(part * 12, (part + 1) * 12);
                accepting.add(
                        executor.submit(
                                () -> mine.forEach(it -> service.accept(Claim.exclusive(it)))));
            }
            var finishing = new ArrayList<Future<?>>();
            for (var part = 0; part < 2; part++) {
                finishing.add(executor.submit(() -> finishUntilAllEnded(things.size(), most)));
            }
            for (var task : accepting) {
                task.get(60, TimeUnit.SECONDS);
            }
            for (var task : finishing) {
                task.get(60, TimeUnit.SECONDS);
            }
        }

        assertThat(most.get()).isLessThanOrEqualTo(2L * slots + acceptors);
        assertThat(service.commands()).hasSize(things.size());
    }

    private void finishUntilAllEnded(int all, AtomicLong most) {
        while (service.database.number(
                        "select count(*) from operation where finished_at is not null")
                < all) {
            most.accumulateAndGet(service.inFlight(), Math::max);
            service.database
                    .jdbi()
                    .withHandle(
                            handle ->
                                    handle.select(
                                                    "select id from operation where attempt > 0"
                                                            + " and finished_at is null order by random() limit 3")
                                            .mapTo(UUID.class)
                                            .list())
                    .forEach(service::succeed);
        }
    }
}
