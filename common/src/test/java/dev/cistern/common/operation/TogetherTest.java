package dev.cistern.common.operation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Lane;
import dev.cistern.common.message.Result;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests that are accepted together, and results that come together. */
class TogetherTest {
    private final TestService service = new TestService();
    private final List<UUID> things = service.database.things(4);

    @AfterEach
    void close() {
        service.close();
    }

    private static Operations.Ready ready(UUID thing) {
        return new Operations.Ready(
                TestService.request(Lane.METADATA, Set.of(), Claim.exclusive(thing)),
                TestService.create(thing));
    }

    @Test
    void requestsThatAreReadyGoInTheirOrderAsFarAsThereIsRoom() {
        service.resize(TestService.ROAD, 1);

        var accepted =
                service.database
                        .transactions()
                        .call(
                                () ->
                                        service.operations.acceptAll(
                                                List.of(
                                                        ready(things.get(3)),
                                                        ready(things.get(0)),
                                                        ready(things.get(2)))));

        assertThat(accepted)
                .extracting(Operation::target)
                .containsExactly(things.get(3), things.get(0), things.get(2));
        assertThat(accepted).extracting(Operation::sequence).isSorted();
        assertThat(accepted).extracting(Operation::state).containsOnly(OperationState.QUEUED);
        assertThat(accepted)
                .extracting(operation -> service.out(operation.id()))
                .containsExactly(true, true, false);
        service.succeed(accepted.getFirst().id());
        assertThat(service.out(accepted.get(2).id())).isTrue();
    }

    @Test
    void whatComesLaterOnTheSameThingWaitsForOneThatWasReady() {
        var first =
                service.database
                        .transactions()
                        .call(() -> service.operations.acceptAll(List.of(ready(things.getFirst()))))
                        .getFirst();

        var second = service.accept(Claim.exclusive(things.getFirst()));

        assertThat(service.state(second)).isEqualTo(OperationState.WAITING);
        service.succeed(first.id());
        assertThat(service.out(second)).isTrue();
    }

    @Test
    void resultsThatComeTogetherHaveTheEffectsThatTheyHaveSingly() {
        var first = service.accept(Claim.exclusive(things.get(0)));
        var second = service.accept(Claim.exclusive(things.get(1)));
        var broken = service.accept(Claim.exclusive(things.get(2)));
        var behind =
                service.accept(
                        Claim.exclusive(things.get(0)),
                        Claim.exclusive(things.get(1)),
                        Claim.exclusive(things.get(2)));
        var results =
                List.of(
                        TestService.message(first, 1, TestService.created(things.get(0))),
                        TestService.message(
                                broken, 1, new Result.CommandFailed(TestService.BROKEN)),
                        TestService.message(first, 1, TestService.created(things.get(0))),
                        TestService.message(second, 1, TestService.created(things.get(1))));

        service.run(
                () -> {
                    service.operations.expect(List.of(first, second, broken));
                    service.operations.reportExpected(results);
                });

        assertThat(service.state(first)).isEqualTo(OperationState.SUCCEEDED);
        assertThat(service.state(second)).isEqualTo(OperationState.SUCCEEDED);
        assertThat(service.state(broken)).isEqualTo(OperationState.FAILED);
        assertThat(service.completed).hasValue(2);
        assertThat(service.ended).containsExactlyInAnyOrder(first, second, broken);
        assertThat(service.out(behind)).isTrue();
    }
}
