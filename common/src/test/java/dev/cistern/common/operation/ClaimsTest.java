package dev.cistern.common.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.common.problem.ProblemException;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClaimsTest {
    private final TestService service = new TestService();
    private final UUID a = service.database.things(1).getFirst();
    private final UUID b = service.database.things(1).getFirst();

    @AfterEach
    void close() {
        service.close();
    }

    @Test
    void theFirstGoesAtOnce() {
        var only = service.accept(Claim.exclusive(a));

        assertThat(service.state(only)).isEqualTo(OperationState.QUEUED);
        assertThat(service.commands()).singleElement().matches(sent -> sent.attempt() == 1);
    }

    @Test
    void aChainOfThreeRunsInTheOrderAccepted() {
        var first = service.accept(Claim.exclusive(a));
        var second = service.accept(Claim.exclusive(a));
        var third = service.accept(Claim.exclusive(a));
        assertThat(service.out(second)).isFalse();

        service.succeed(first);
        assertThat(service.out(second)).isTrue();
        assertThat(service.state(third)).isEqualTo(OperationState.WAITING);

        service.succeed(second);
        assertThat(service.out(third)).isTrue();
    }

    @Test
    void readersShareAndAWriterWaitsForAllOfThem() {
        var reader = service.accept(Claim.shared(a));
        var other = service.accept(Claim.shared(a));
        var writer = service.accept(Claim.exclusive(a));
        var late = service.accept(Claim.shared(a));
        assertThat(service.out(reader) && service.out(other)).isTrue();
        assertThat(service.out(writer) || service.out(late)).isFalse();

        service.succeed(reader);
        assertThat(service.out(writer)).isFalse();
        service.succeed(other);
        assertThat(service.out(writer)).isTrue();
        assertThat(service.out(late)).isFalse();
    }

    @Test
    void allReadersBehindAWriterGoTogether() {
        var writer = service.accept(Claim.exclusive(a));
        var reader = service.accept(Claim.shared(a));
        var other = service.accept(Claim.shared(a));

        service.succeed(writer);

        assertThat(service.out(reader) && service.out(other)).isTrue();
    }

    @Test
    void oneThatClaimsTwoWaitsForBoth() {
        var first = service.accept(Claim.exclusive(a));
        var second = service.accept(Claim.exclusive(b));
        var both = service.accept(Claim.exclusive(a), Claim.shared(b));

        service.succeed(first);
        assertThat(service.out(both)).isFalse();
        service.succeed(second);
        assertThat(service.out(both)).isTrue();
    }

    @Test
    void oneWhoseUseCaseRefusesOnItsTurnFailsAloneAndTheNextGoes() {
        var first = service.accept(Claim.exclusive(a));
        var refused = service.accept(Claim.exclusive(a));
        var next = service.accept(Claim.exclusive(a));
        service.begin =
                operation -> {
                    if (operation.id().equals(refused)) {
                        throw new ProblemException(TestService.BROKEN);
                    }
                    return new Turn.Send(TestService.create(operation.target()));
                };

        service.succeed(first);

        assertThat(service.state(first)).isEqualTo(OperationState.SUCCEEDED);
        assertThat(service.get(refused).why()).isEqualTo(TestService.BROKEN);
        assertThat(service.out(next)).isTrue();
    }

    @Test
    void aRefusalWhileAcceptingLeavesNothing() {
        service.begin =
                _ -> {
                    throw new ProblemException(TestService.BROKEN);
                };

        assertThatThrownBy(() -> service.accept(Claim.exclusive(a)))
                .isInstanceOf(ProblemException.class);

        assertThat(service.database.number("select count(*) from operation")).isZero();
        assertThat(service.database.number("select count(*) from claim")).isZero();
    }

    @Test
    void whatIsNotThereCannotBeClaimed() {
        assertThatThrownBy(() -> service.accept(Claim.exclusive(new UUID(9, 9))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no such row");
    }

    @Test
    void anEndLeavesNoClaim() {
        var succeeds = service.accept(Claim.exclusive(a));
        var fails = service.accept(Claim.exclusive(b));

        service.succeed(succeeds);
        service.fail(fails);

        assertThat(service.database.number("select count(*) from claim")).isZero();
        assertThat(service.ended).containsExactly(succeeds, fails);
    }
}
