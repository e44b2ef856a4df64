package dev.cistern.common.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.common.message.Owner;
import dev.cistern.common.message.PoolFigures;
import dev.cistern.common.message.Result;
import dev.cistern.common.message.ResultMessage;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ResultsTest {
    private final TestService service = new TestService();
    private final UUID a = service.database.things(1).getFirst();

    @AfterEach
    void close() {
        service.close();
    }

    private boolean goOn(UUID id, Turn turn) {
        return service.database.transactions().call(() -> service.operations.goOn(id, _ -> turn));
    }

    @Test
    void aSuccessIsTakenOnce() {
        var sent = service.accept(Claim.exclusive(a));

        service.succeed(sent);
        service.succeed(sent);

        assertThat(service.state(sent)).isEqualTo(OperationState.SUCCEEDED);
        assertThat(service.completed).hasValue(1);
    }

    @Test
    void theResultOfAnEarlierAttemptCounts() {
        var sent = service.accept(Claim.exclusive(a));
        service.run(() -> service.operations.sendAgain(sent, 1));

        service.report(sent, 1, TestService.created(a));

        assertThat(service.state(sent)).isEqualTo(OperationState.SUCCEEDED);
    }

    @Test
    void whileTheServicesTalkNoResultHasAnEffect() {
        service.complete = (_, _) -> new Turn.Converse("asking");
        var sent = service.accept(Claim.exclusive(a));
        service.run(() -> service.operations.sendAgain(sent, 1));
        service.report(sent, 1, TestService.created(a));

        service.report(sent, 2, TestService.created(a));
        service.report(sent, 2, new Result.CommandFailed(TestService.BROKEN));

        assertThat(service.completed).hasValue(1);
        assertThat(service.state(sent)).isEqualTo(OperationState.RUNNING);
        assertThat(goOn(sent, new Turn.Finish(Map.of()))).isTrue();
        assertThat(service.state(sent)).isEqualTo(OperationState.SUCCEEDED);
    }

    @Test
    void aSecondCommandHasAttemptsOfItsOwnAndTakesNoResultOfTheFirst() {
        service.complete = (operation, _) -> new Turn.Send(TestService.create(operation.target()));
        var sent = service.accept(Claim.exclusive(a));
        service.run(() -> service.operations.sendAgain(sent, 1));
        service.report(sent, 1, TestService.created(a));
        service.complete = (_, _) -> new Turn.Finish(Map.of());
        assertThat(service.commands().getLast().attempt()).isEqualTo(3);

        service.report(sent, 2, TestService.created(a));
        assertThat(service.state(sent)).isEqualTo(OperationState.QUEUED);
        service.report(sent, 3, TestService.created(a));
        assertThat(service.state(sent)).isEqualTo(OperationState.SUCCEEDED);
    }

    @Test
    void theAnswerOfTheOtherServiceCountsOnlyWhileItIsWaitedFor() {
        service.begin = _ -> new Turn.Converse("asking");
        var asked = service.accept(Claim.exclusive(a));

        assertThat(goOn(asked, new Turn.Send(TestService.create(a)))).isTrue();
        assertThat(goOn(asked, new Turn.Fail(TestService.BROKEN))).isFalse();
        service.succeed(asked);
        assertThat(goOn(asked, new Turn.Fail(TestService.BROKEN))).isFalse();

        assertThat(service.state(asked)).isEqualTo(OperationState.SUCCEEDED);
    }

    @Test
    void thePartsOfAScanComeFromOneAttempt() {
        service.complete =
                (_, result) ->
                        result instanceof Result.PoolScanned
                                ? new Turn.Finish(Map.of())
                                : new Turn.Stay();
        var scan = service.accept(Claim.exclusive(a));
        service.report(scan, 1, new Result.PoolScanPage(0, List.of()));
        service.run(() -> service.operations.sendAgain(scan, 1));

        service.report(scan, 1, new Result.PoolScanPage(1, List.of()));
        service.report(scan, 1, new Result.PoolScanned(2, PoolFigures.UNKNOWN));
        assertThat(service.completed).hasValue(1);

        service.report(scan, 2, new Result.PoolScanPage(0, List.of()));
        service.report(scan, 2, new Result.PoolScanned(1, PoolFigures.UNKNOWN));
        assertThat(service.state(scan)).isEqualTo(OperationState.SUCCEEDED);
    }

    @Test
    void aResultForOneThatWaitsHasNoEffect() {
        service.accept(Claim.exclusive(a));
        var waiting = service.accept(Claim.exclusive(a));

        service.report(waiting, 1, TestService.created(a));

        assertThat(service.state(waiting)).isEqualTo(OperationState.WAITING);
    }

    @Test
    void theResultOfAnotherServiceIsPassedOver() {
        service.run(
                () ->
                        service.operations.report(
                                new ResultMessage(
                                        new UUID(9, 9),
                                        1,
                                        Owner.POOL,
                                        "w",
                                        Instant.EPOCH,
                                        null,
                                        new Result.PoolBuilt(null))));
    }

    @Test
    void aResultOfNoOperationIsRefused() {
        assertThatThrownBy(() -> service.report(new UUID(9, 9), 1, TestService.created(a)))
                .isInstanceOf(Operations.UnknownOperationException.class);
    }

    @Test
    void listsLeaveOutWhatSettlesOthers() {
        var sent = service.accept(Claim.exclusive(a));
        service.run(() -> service.operations.cancel(sent));
        var query = new OperationQuery(service.database.jdbi());

        assertThat(query.list(null, null, 0, 10)).extracting(Operation::id).containsExactly(sent);
        assertThat(query.list(a, OperationState.CANCELLING, 0, 10)).hasSize(1);
        assertThat(query.list(a, OperationState.WAITING, 0, 10)).isEmpty();
        assertThat(query.list(new UUID(9, 9), null, 0, 10)).isEmpty();
        assertThat(query.anyLive(a)).isTrue();
    }
}
