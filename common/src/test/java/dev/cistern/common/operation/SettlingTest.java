package dev.cistern.common.operation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SettlingTest {
    private final TestService service = new TestService();
    private final UUID a = service.database.things(1).getFirst();

    @AfterEach
    void close() {
        service.close();
    }

    private UUID cancelled() {
        var sent = service.accept(Claim.exclusive(a));
        service.run(() -> service.operations.cancel(sent));
        return sent;
    }

    private void settled(UUID operation, @Nullable Result outcome) {
        service.report(heir(operation), new Result.Settled(operation, outcome));
    }

    private UUID heir(UUID operation) {
        return Objects.requireNonNull(service.heir(operation));
    }

    @Test
    void withNothingLeftItIsCancelledAndTheNextGoes() {
        var sent = cancelled();
        var behind = service.accept(Claim.exclusive(a));

        settled(sent, null);

        assertThat(service.state(sent)).isEqualTo(OperationState.CANCELLED);
        assertThat(service.failed).containsExactly(sent);
        assertThat(service.out(behind)).isTrue();
        assertThat(service.ended).containsExactly(sent, heir(sent));
    }

    @Test
    void whatStandsMakesItASuccessWithTheResultOfItsUseCase() {
        var sent = cancelled();
        var behind = service.accept(Claim.exclusive(a));

        settled(sent, TestService.created(a));

        assertThat(service.state(sent)).isEqualTo(OperationState.SUCCEEDED);
        assertThat(service.get(sent).result()).isEqualTo("{\"target\": \"%s\"}".formatted(a));
        assertThat(service.get(sent).why()).isNull();
        assertThat(service.failed).isEmpty();
        assertThat(service.out(behind)).isTrue();
    }

    @Test
    void ofSeveralCommandsThatStandsWhichIsDoneAndTheRestIsNot() {
        service.complete = (operation, _) -> new Turn.Send(TestService.create(operation.target()));
        var sent = cancelled();

        settled(sent, TestService.created(a));

        assertThat(service.state(sent)).isEqualTo(OperationState.CANCELLED);
        assertThat(service.failed).containsExactly(sent);
    }

    @Test
    void aRecordedFailureIsNothingLeft() {
        var sent = cancelled();

        settled(sent, new Result.CommandFailed(TestService.BROKEN));

        assertThat(service.state(sent)).isEqualTo(OperationState.CANCELLED);
        assertThat(service.failed).containsExactly(sent);
    }

    @Test
    void theClaimsStayWhenAWorkerCannotSettle() {
        var sent = cancelled();
        var behind = service.accept(Claim.exclusive(a));

        service.fail(heir(sent));

        assertThat(service.state(sent)).isEqualTo(OperationState.CANCELLING);
        assertThat(service.state(heir(sent)).ended()).isFalse();
        assertThat(service.out(behind)).isFalse();
    }

    @Test
    void aResultInTheMeantimeIsLeftToTheSettling() {
        var sent = cancelled();

        service.succeed(sent);

        assertThat(service.state(sent)).isEqualTo(OperationState.CANCELLING);
        assertThat(service.completed).hasValue(0);
    }

    @Test
    void afterPatienceTheUserIsToldAndTheClaimsStayUntilItIsSettled() {
        var sent = cancelled();
        var behind = service.accept(Claim.exclusive(a));

        service.run(() -> service.operations.endUnsettled(sent));

        assertThat(service.state(sent)).isEqualTo(OperationState.CANCELLED);
        assertThat(service.failed).isEmpty();
        assertThat(service.out(behind)).isFalse();

        settled(sent, null);
        assertThat(service.failed).containsExactly(sent);
        assertThat(service.out(behind)).isTrue();
        assertThat(service.ended).containsExactly(sent, heir(sent));
    }

    @Test
    void anOverdueOneFailsOnceSettled() {
        var sent = service.accept(Claim.exclusive(a));
        service.run(() -> service.operations.overdue(sent, 60));
        assertThat(service.state(sent)).isEqualTo(OperationState.CANCELLING);

        settled(sent, null);

        assertThat(service.state(sent)).isEqualTo(OperationState.FAILED);
        assertThat(Objects.requireNonNull(service.get(sent).why()).code())
                .isEqualTo(ProblemCode.DEADLINE_EXCEEDED);
    }

    @Test
    void aLateResultOfAFailureIsSettledBehindWhatHasBegunSince() {
        var sent = service.accept(Claim.exclusive(a));
        service.run(() -> service.operations.sendAgain(sent, 1));
        service.report(sent, 1, new Result.CommandFailed(TestService.BROKEN));
        var running = service.accept(Claim.exclusive(a));

        service.report(sent, 2, TestService.created(a));
        assertThat(service.state(heir(sent))).isEqualTo(OperationState.WAITING);
        service.succeed(running);
        assertThat(service.out(heir(sent))).isTrue();

        settled(sent, TestService.created(a));
        assertThat(service.state(sent)).isEqualTo(OperationState.FAILED);
        assertThat(service.completed).hasValue(2);
        assertThat(service.database.number("select count(*) from claim")).isZero();
    }

    @Test
    void moreLateResultsAndThoseAfterTheSettlingAddNothing() {
        var sent = service.accept(Claim.exclusive(a));
        service.fail(sent);

        service.report(sent, 1, TestService.created(a));
        service.report(sent, 2, TestService.created(a));
        settled(sent, null);
        service.report(sent, 3, TestService.created(a));

        assertThat(service.commands()).hasSize(2);
        assertThat(service.database.number("select count(*) from operation")).isEqualTo(2);
    }

    @Test
    void aLateFailureAddsNothing() {
        var sent = service.accept(Claim.exclusive(a));
        service.fail(sent);

        service.report(sent, 2, new Result.CommandFailed(TestService.BROKEN));

        assertThat(service.heir(sent)).isNull();
    }
}
