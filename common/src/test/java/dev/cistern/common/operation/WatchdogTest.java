package dev.cistern.common.operation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.CommandMessage;
import dev.cistern.common.message.Heartbeat;
import dev.cistern.common.message.Lane;
import dev.cistern.common.message.Owner;
import dev.cistern.common.problem.ProblemCode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WatchdogTest {
    private static final UUID FIRST_LIFE = new UUID(5, 1);
    private static final UUID SECOND_LIFE = new UUID(5, 2);

    private final TestService service = new TestService();
    private final UUID a = service.database.things(1).getFirst();
    private boolean caughtUp = true;
    private final Watchdog watchdog = watchdog();
    private long now = System.nanoTime();

    private Watchdog watchdog() {
        return new Watchdog(
                service.database.jdbi(),
                service.operations,
                service.database.transactions(),
                Owner.VOLUME,
                () -> caughtUp,
                new Watchdog.Settings(Duration.ofSeconds(10), Duration.ZERO));
    }

    @AfterEach
    void close() {
        watchdog.close();
        service.close();
    }

    private void heartbeat(String worker, UUID life, int free, Heartbeat.Running... running) {
        watchdog.heard(
                new Heartbeat(
                        worker,
                        life,
                        List.of(TestService.GROUP),
                        "1",
                        Instant.EPOCH,
                        new Heartbeat.Slots(4, free),
                        new Heartbeat.Slots(1, free),
                        List.of(running)),
                now);
    }

    private static Heartbeat.Running running(UUID operation, int attempt) {
        return new Heartbeat.Running(operation, attempt, Owner.VOLUME, "copying", 5, 10);
    }

    /** Seconds in which the worker says the same each second. */
    private void seconds(int count, int free, Heartbeat.Running... running) {
        for (var second = 0; second < count; second++) {
            pass(1);
            heartbeat("w", FIRST_LIFE, free, running);
            watchdog.tick(now);
        }
    }

    private void pass(int seconds) {
        now += TimeUnit.SECONDS.toNanos(seconds);
        service.database.execute(
                "update running_clock set ticked_at = ticked_at - make_interval(secs => ?)",
                seconds);
    }

    private List<Integer> attempts() {
        return service.commands().stream().map(CommandMessage::attempt).toList();
    }

    @Test
    void aCommandThatNobodyTakesThoughThereIsRoomIsSentAgain() {
        service.accept(Claim.exclusive(a));

        seconds(10, 1);
        assertThat(attempts()).containsExactly(1);
        seconds(3, 1);
        assertThat(attempts()).containsExactly(1, 2);
        seconds(12, 1);
        assertThat(attempts()).containsExactly(1, 2, 3);
        assertThat(watchdog.sentAgain()).isEqualTo(2);
    }

    @Test
    void aCommandToABusyGroupIsNotSilent() {
        service.accept(Claim.exclusive(a));

        seconds(25, 0);

        assertThat(attempts()).containsExactly(1);
    }

    @Test
    void aCommandThatIsSpokenOfIsNotSilentUntilThatStops() {
        var sent = service.accept(Claim.exclusive(a));
        seconds(30, 1, running(sent, 1));
        assertThat(attempts()).containsExactly(1);

        seconds(12, 0);

        assertThat(attempts()).containsExactly(1, 2);
    }

    @Test
    void whatADeadProcessHadInHandIsSentAgainAtOnce() {
        var sent = service.accept(Claim.exclusive(a));
        seconds(3, 1, running(sent, 1));

        pass(1);
        heartbeat("w", SECOND_LIFE, 1);
        watchdog.tick(now);

        assertThat(attempts()).containsExactly(1, 2);
    }

    @Test
    void anEarlierAttemptThatIsStillSpokenOfIsLife() {
        var sent = service.accept(Claim.exclusive(a));
        seconds(3, 1, running(sent, 1));
        seconds(12, 1);
        assertThat(attempts()).containsExactly(1, 2);

        seconds(40, 1, running(sent, 1));

        assertThat(attempts()).containsExactly(1, 2);
    }

    @Test
    void whatIsSaidOfAnEarlierCommandIsNoLifeOfTheNext() {
        service.complete = (operation, _) -> new Turn.Send(TestService.create(operation.target()));
        var sent = service.accept(Claim.exclusive(a));
        service.report(sent, 1, TestService.created(a));

        seconds(13, 1, running(sent, 1));

        assertThat(attempts()).containsExactly(1, 2, 3);
        assertThat(service.get(sent).worker()).isNull();
    }

    @Test
    void nothingIsSilentBeforeAllIsRead() {
        service.accept(Claim.exclusive(a));
        caughtUp = false;
        seconds(20, 1);
        caughtUp = true;
        seconds(10, 1);
        assertThat(attempts()).containsExactly(1);

        seconds(3, 1);

        assertThat(attempts()).containsExactly(1, 2);
    }

    @Test
    void anHourInWhichNobodyLookedMakesNothingSilent() {
        var sent = service.accept(Claim.exclusive(a));
        seconds(3, 1, running(sent, 1));
        pass(3600);

        seconds(10, 1);

        assertThat(attempts()).containsExactly(1);
    }

    @Test
    void anHourWithoutHeartbeatsMakesNothingSilent() {
        var sent = service.accept(Claim.exclusive(a));
        seconds(3, 1, running(sent, 1));
        for (var second = 0; second < 20; second++) {
            pass(1);
            watchdog.tick(now);
        }

        seconds(10, 1);

        assertThat(attempts()).containsExactly(1);
    }

    @Test
    void aLagThatCannotBeToldIsNoReasonToJudge() {
        service.accept(Claim.exclusive(a));
        try (var blind =
                new Watchdog(
                        service.database.jdbi(),
                        service.operations,
                        service.database.transactions(),
                        Owner.VOLUME,
                        () -> {
                            throw new IllegalStateException("no answer from the broker");
                        },
                        Watchdog.Settings.DEFAULT)) {
            for (var second = 0; second < 30; second++) {
                pass(1);
                blind.heard(
                        new Heartbeat(
                                "w",
                                FIRST_LIFE,
                                List.of(TestService.GROUP),
                                "1",
                                Instant.EPOCH,
                                new Heartbeat.Slots(4, 4),
                                new Heartbeat.Slots(4, 4),
                                List.of()),
                        now);
                blind.tick(now);
            }
        }

        assertThat(attempts()).containsExactly(1);
    }

    @Test
    void aCancelledCommandIsNotSentAgainButItsSettlingIs() {
        var sent = service.accept(Claim.exclusive(a));
        service.run(() -> service.operations.cancel(sent));

        seconds(13, 1);

        assertThat(service.commands())
                .filteredOn(command -> command.command() instanceof Command.CreateVolume)
                .hasSize(1);
        assertThat(service.commands())
                .filteredOn(command -> command.command() instanceof Command.Settle)
                .hasSize(2);
    }

    @Test
    void aSettlingThatTakesTooLongEndsForTheUser() {
        var sent = service.accept(Claim.exclusive(a));
        service.run(() -> service.operations.cancel(sent));

        seconds(1, 0);

        assertThat(service.state(sent)).isEqualTo(OperationState.CANCELLED);
    }

    @Test
    void progressIsWrittenDown() {
        var sent = service.accept(Claim.exclusive(a));

        seconds(1, 0, running(sent, 1));

        var shown = service.get(sent);
        assertThat(shown.state()).isEqualTo(OperationState.RUNNING);
        assertThat(shown.worker()).isEqualTo("w");
        assertThat(shown.stage()).isEqualTo("copying");
        assertThat(shown.bytesDone()).isEqualTo(5);
        assertThat(shown.bytesTotal()).isEqualTo(10);
    }

    @Test
    void aDeadlineCountsTheSecondsInWhichTheServiceSees() {
        service.begin = _ -> new Turn.Send(new Command.StopPool(TestService.place()));
        var sent = service.accept(Claim.exclusive(a));
        caughtUp = false;
        seconds(20, 0);
        pass(3600);
        assertThat(service.state(sent).ended()).isFalse();

        caughtUp = true;
        seconds(59, 0);
        assertThat(service.state(sent).ended()).isFalse();
        seconds(3, 0);

        assertThat(service.state(sent)).isEqualTo(OperationState.FAILED);
        assertThat(Objects.requireNonNull(service.get(sent).why()).code())
                .isEqualTo(ProblemCode.DEADLINE_EXCEEDED);
    }

    @Test
    void whatWaitsHasNoDeadline() {
        service.accept(Claim.exclusive(a));
        var waiting = service.accept(Claim.exclusive(a));

        seconds(70, 0);

        assertThat(service.get(waiting).deadline()).isEqualTo(60);
        assertThat(service.state(waiting)).isEqualTo(OperationState.WAITING);
    }

    @Test
    void twoProcessesCountASecondOnce() {
        try (var other = watchdog()) {
            for (var second = 0; second < 20; second++) {
                pass(1);
                heartbeat("w", FIRST_LIFE, 1);
                watchdog.tick(now);
                other.heard(
                        new Heartbeat(
                                "w",
                                FIRST_LIFE,
                                List.of(TestService.GROUP),
                                "1",
                                Instant.EPOCH,
                                new Heartbeat.Slots(4, 4),
                                new Heartbeat.Slots(1, 1),
                                List.of()),
                        now);
                other.tick(now);
            }
        }

        assertThat(service.database.number("select seconds from running_clock"))
                .isBetween(19L, 21L);
    }

    @Test
    void oneThatCannotBeEndedDoesNotKeepTheOthers() {
        service.begin = _ -> new Turn.Send(new Command.StopPool(TestService.place()));
        var all =
                service.database.things(3).stream()
                        .map(thing -> service.accept(Claim.exclusive(thing)))
                        .toList();
        service.fail =
                operation -> {
                    if (operation.id().equals(all.getFirst())) {
                        throw new IllegalStateException("a defect in the use case");
                    }
                };

        seconds(63, 0);

        assertThat(all.stream().map(service::state))
                .containsExactly(
                        OperationState.QUEUED, OperationState.FAILED, OperationState.FAILED);
    }

    @Test
    void heartbeatsTellTheSlotsOfALane() {
        service.database.execute("delete from lane");
        var waiting = service.accept(Claim.exclusive(a));
        assertThat(service.out(waiting)).isFalse();

        seconds(1, 4);

        assertThat(service.out(waiting)).isTrue();
        assertThat(
                        service.database.number(
                                "select slots from lane where lane = ?", Lane.METADATA.name()))
                .isEqualTo(4);
    }

    @Test
    void anOperationThatWasForgottenIsFoundAndCounted() {
        service.accept(Claim.exclusive(a));
        var forgotten = service.accept(Claim.exclusive(a));
        service.database.execute("delete from claim where operation <> ?", forgotten);

        seconds(5, 0);
        assertThat(watchdog.sweptUp()).isZero();
        seconds(5, 0);

        assertThat(watchdog.sweptUp()).isEqualTo(1);
        assertThat(service.out(forgotten)).isTrue();
    }
}
