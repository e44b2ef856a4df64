package dev.cistern.common.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.CommandMessage;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import java.util.Objects;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CancelTest {
    private final TestService service = new TestService();
    private final UUID a = service.database.things(1).getFirst();

    @AfterEach
    void close() {
        service.close();
    }

    private void cancel(UUID id) {
        service.run(() -> service.operations.cancel(id));
    }

    @Test
    void oneThatWaitsEndsAtOnceAndTheOneBehindGoesInItsPlace() {
        var first = service.accept(Claim.exclusive(a));
        var waiting = service.accept(Claim.exclusive(a));
        var behind = service.accept(Claim.exclusive(a));

        cancel(waiting);
        service.succeed(first);

        assertThat(service.state(waiting)).isEqualTo(OperationState.CANCELLED);
        assertThat(service.failed).containsExactly(waiting);
        assertThat(service.out(behind)).isTrue();
        assertThat(service.payloads("cistern.control")).isEmpty();
    }

    @Test
    void oneThatIsReadyButNotSentEndsAtOnceAndIsNeverSent() {
        service.resize(TestService.ROAD, 0);
        var ready = service.accept(Claim.exclusive(a));

        cancel(ready);
        service.resize(TestService.ROAD, 5);

        assertThat(service.state(ready)).isEqualTo(OperationState.CANCELLED);
        assertThat(service.commands()).isEmpty();
    }

    @Test
    void oneThatAWorkerMayHaveIsStoppedAndSettledBeforeTheNextGoes() {
        var sent = service.accept(Claim.exclusive(a));
        var behind = service.accept(Claim.exclusive(a));

        cancel(sent);

        assertThat(service.state(sent)).isEqualTo(OperationState.CANCELLING);
        assertThat(service.payloads("cistern.control"))
                .singleElement()
                .asString()
                .contains("CancelOperation", sent.toString());
        assertThat(service.commands().getLast().command())
                .isEqualTo(
                        new Command.Settle(TestService.place(), a, 1, sent, TestService.create(a)));
        assertThat(service.out(behind)).isFalse();
        assertThat(service.ended).isEmpty();
    }

    @Test
    void aCommandToAPoolEndsAtOnce() {
        service.begin = _ -> new Turn.Send(new Command.StopPool(TestService.place()));
        var sent = service.accept(Claim.exclusive(a));

        cancel(sent);

        assertThat(service.state(sent)).isEqualTo(OperationState.CANCELLED);
        assertThat(service.payloads("cistern.control")).hasSize(1);
    }

    @Test
    void oneThatTheServicesTalkAboutEndsAtOnce() {
        service.begin = _ -> new Turn.Converse("asking");
        var asked = service.accept(Claim.exclusive(a));
        assertThat(service.state(asked)).isEqualTo(OperationState.RUNNING);

        cancel(asked);

        assertThat(service.state(asked)).isEqualTo(OperationState.CANCELLED);
        assertThat(service.failed).containsExactly(asked);
    }

    @Test
    void aSecondCancelAddsNothing() {
        var sent = service.accept(Claim.exclusive(a));
        cancel(sent);

        cancel(sent);

        assertThat(service.commands()).hasSize(2);
        assertThat(service.payloads("cistern.control")).hasSize(1);
    }

    @Test
    void aCancelledCommandIsNotSentAgain() {
        var sent = service.accept(Claim.exclusive(a));
        cancel(sent);

        service.run(() -> assertThat(service.operations.sendAgain(sent, 1)).isFalse());

        assertThat(service.commands().stream().map(CommandMessage::attempt)).containsOnly(1);
    }

    @Test
    void oneThatHasEndedIsRefused() {
        var done = service.accept(Claim.exclusive(a));
        service.succeed(done);

        refused(ProblemCode.OPERATION_ENDED, () -> cancel(done));
    }

    @Test
    void whatIsNotThereOrInternalIsRefused() {
        var sent = service.accept(Claim.exclusive(a));
        cancel(sent);
        var heir = Objects.requireNonNull(service.heir(sent));

        refused(ProblemCode.OPERATION_NOT_FOUND, () -> cancel(heir));
        refused(ProblemCode.OPERATION_NOT_FOUND, () -> cancel(new UUID(9, 9)));
    }

    private static void refused(ProblemCode code, ThrowingCallable cancel) {
        assertThatThrownBy(cancel)
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        refusal -> assertThat(refusal.problem().code()).isEqualTo(code));
    }
}
