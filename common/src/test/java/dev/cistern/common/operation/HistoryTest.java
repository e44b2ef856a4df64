package dev.cistern.common.operation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Lane;
import dev.cistern.common.message.Result;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HistoryTest {
    private final TestService service = new TestService();
    private final History history =
            new History(service.database.jdbi(), service.database.transactions());

    @AfterEach
    void close() {
        service.close();
    }

    private UUID ended() {
        var id = service.accept(Claim.exclusive(service.database.things(1).getFirst()));
        service.succeed(id);
        return id;
    }

    private void age() {
        service.database.execute(
                "update operation set created_at = created_at - interval '31 days',"
                        + " finished_at = finished_at - interval '31 days'");
    }

    private int forget() {
        return history.forgetEndedBefore(Instant.now().minus(Duration.ofDays(30)));
    }

    private boolean there(UUID id) {
        return service.operations.find(id).isPresent();
    }

    @Test
    void whatEndedLongAgoIsForgottenAndNothingElse() {
        var old = ended();
        age();
        var waiting = service.accept(Claim.exclusive(service.database.things(1).getFirst()));
        var recent = ended();

        assertThat(forget()).isEqualTo(1);
        assertThat(there(old)).isFalse();
        assertThat(there(recent)).isTrue();
        assertThat(there(waiting)).isTrue();
        assertThat(forget()).isZero();
    }

    @Test
    void whatHasNotEndedStaysHoweverOldItIs() {
        var live = service.accept(Claim.exclusive(service.database.things(1).getFirst()));
        age();

        assertThat(forget()).isZero();
        service.succeed(live);
        assertThat(service.state(live)).isEqualTo(OperationState.SUCCEEDED);
    }

    @Test
    void whatALiveOperationBuildsOnStaysUntilThatHasEnded() {
        var thing = service.database.things(1).getFirst();
        var base = service.accept(Claim.exclusive(thing));
        var dependent = service.accept(Lane.METADATA, Set.of(base), Claim.exclusive(thing));
        service.succeed(base);
        age();

        assertThat(forget()).isZero();
        assertThat(there(base)).isTrue();
        service.succeed(dependent);
        age();
        assertThat(forget()).isEqualTo(2);
    }

    @Test
    void whatIsNotSettledStays() {
        var id = service.accept(Claim.exclusive(service.database.things(1).getFirst()));
        service.run(() -> service.operations.cancel(id));
        service.run(() -> service.operations.endUnsettled(id));
        age();

        assertThat(forget()).isZero();
        service.report(Objects.requireNonNull(service.heir(id)), new Result.Settled(id, null));
        age();
        assertThat(forget()).isEqualTo(1);
        assertThat(service.database.number("select count(*) from operation")).isZero();
    }

    @Test
    void aBeginningThatIsKeptDoesNotHideWhatFollows() {
        service.database.execute(
                "insert into operation (id, sequence, kind, target_type, target, target_name, pool, tenant, actor,"
                        + " state, worker_group, lane, request, deadline, created_at, finished_at)"
                        + " select gen_random_uuid(), n, 'Work', 'thing', gen_random_uuid(), 'x', gen_random_uuid(),"
                        + " 'default', 'test', 'SUCCEEDED', 'g', 'METADATA', '{}', 1, now() - interval '40 days',"
                        + " case when n <= 1500 then now() else now() - interval '35 days' end"
                        + " from generate_series(1, 2500) n");

        assertThat(forget()).isEqualTo(1000);
    }
}
