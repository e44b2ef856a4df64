package dev.cistern.common.operation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Lane;
import dev.cistern.common.problem.ProblemCode;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DependencyTest {
    private final TestService service = new TestService();
    private final UUID a = service.database.things(1).getFirst();
    private final UUID b = service.database.things(1).getFirst();
    private final UUID c = service.database.things(1).getFirst();

    @AfterEach
    void close() {
        service.close();
    }

    private UUID after(UUID base, Claim... claims) {
        return service.accept(Lane.METADATA, Set.of(base), claims);
    }

    @Test
    void whatBuildsOnAFailureFailsAndNamesItWhileOthersGoOn() {
        var base = service.accept(Claim.exclusive(a));
        var child = after(base, Claim.exclusive(a), Claim.exclusive(b));
        var grandchild = after(child, Claim.exclusive(b));
        var stranger = service.accept(Claim.exclusive(a));

        service.fail(base);

        for (var id : Set.of(child, grandchild)) {
            assertThat(service.state(id)).isEqualTo(OperationState.FAILED);
            assertThat(Objects.requireNonNull(service.get(id).why()).code())
                    .isEqualTo(ProblemCode.DEPENDENCY_FAILED);
        }
        assertThat(Objects.requireNonNull(service.get(child).why()).members())
                .containsEntry("dependsOn", base.toString());
        assertThat(service.out(stranger)).isTrue();
        assertThat(service.failed).containsExactlyInAnyOrder(base, child, grandchild);
    }

    @Test
    void whatBuildsOnASuccessGoes() {
        var base = service.accept(Claim.exclusive(a));
        var child = after(base, Claim.exclusive(a));

        service.succeed(base);

        assertThat(service.out(child)).isTrue();
    }

    @Test
    void whatIsAcceptedAfterTheFailureFailsOnItsTurn() {
        var base = service.accept(Claim.exclusive(a));
        service.fail(base);

        var child = after(base, Claim.exclusive(a));

        assertThat(service.state(child)).isEqualTo(OperationState.FAILED);
    }

    @Test
    void aCancelledOperationTakesAlongWhatBuildsOnIt() {
        service.accept(Claim.exclusive(a));
        var base = service.accept(Claim.exclusive(a));
        var child = after(base, Claim.exclusive(a));

        service.run(() -> service.operations.cancel(base));

        assertThat(service.state(base)).isEqualTo(OperationState.CANCELLED);
        assertThat(service.state(child)).isEqualTo(OperationState.FAILED);
    }

    @Test
    void oneAcceptedBehindADependentWhileItsBaseFailsIsNotForgotten() throws Exception {
        var base = service.accept(Claim.exclusive(a));
        var child = after(base, Claim.exclusive(a), Claim.exclusive(b));

        var behind =
                Race.whileOpen(
                        service.database,
                        () ->
                                service.operations
                                        .accept(
                                                TestService.request(
                                                        Lane.METADATA,
                                                        Set.of(),
                                                        Claim.exclusive(b)))
                                        .id(),
                        () -> service.fail(base));

        assertThat(service.state(child)).isEqualTo(OperationState.FAILED);
        assertThat(service.out(behind)).isTrue();
    }

    @Test
    void oneAcceptedBehindAnotherThatIsRefusedOnItsTurnIsNotForgotten() throws Exception {
        var first = service.accept(Claim.exclusive(a));
        var refused = service.accept(Claim.exclusive(a), Claim.exclusive(c));
        service.begin =
                operation ->
                        operation.id().equals(refused)
                                ? new Turn.Fail(TestService.BROKEN)
                                : new Turn.Send(TestService.create(operation.target()));

        var behind =
                Race.whileOpen(
                        service.database,
                        () ->
                                service.operations
                                        .accept(
                                                TestService.request(
                                                        Lane.METADATA,
                                                        Set.of(),
                                                        Claim.exclusive(c)))
                                        .id(),
                        () -> service.succeed(first));

        assertThat(service.state(refused)).isEqualTo(OperationState.FAILED);
        assertThat(service.out(behind)).isTrue();
    }
}
