package dev.cistern.pool;

import static dev.cistern.pool.PoolStory.end;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.CommandMessage;
import dev.cistern.common.message.Heartbeat;
import dev.cistern.common.message.InternalEvent.PoolRefreshRequested;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.partner.Rows;
import dev.cistern.partner.Servers;
import dev.cistern.partner.Stage;
import dev.cistern.pool.work.CareConfig;
import dev.cistern.pool.work.Caretaker;
import dev.cistern.pool.work.PoolService;
import dev.cistern.pool.work.PoolWork;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What happens to pools without anyone asking. The application's own caretaker is told to rest. */
@QuarkusTest
@QuarkusTestResource(Servers.class)
final class CaretakerTest {
    private static final String GROUP = "cared-for";
    private static final Heartbeat.Slots SLOTS = new Heartbeat.Slots(4, 4);

    @Inject PoolService service;
    @Inject PoolWork work;
    @Inject Pools pools;
    private final Stage stage = Stage.shared();
    private Caretaker caretaker;

    private record Config(Duration refreshEvery, Duration retryEvery, boolean autostart)
            implements CareConfig {}

    @BeforeEach
    void begin() {
        caretaker =
                new Caretaker(
                        service,
                        work,
                        pools,
                        new Config(Duration.ofHours(12), Duration.ofHours(12), true));
    }

    @AfterAll
    static void allIsWell() {
        Aftermath.check();
    }

    private static Heartbeat heartbeat(UUID incarnation, List<Heartbeat.Reach> reaches) {
        return new Heartbeat(
                "carer",
                incarnation,
                List.of(GROUP),
                "1.0",
                Instant.now(),
                SLOTS,
                SLOTS,
                List.of(),
                reaches);
    }

    private static List<String> operations(PoolStory pool) {
        return given().get("/v1/pools/" + pool.name() + "/operations")
                .jsonPath()
                .getList("items.kind", String.class);
    }

    private CommandMessage start(PoolStory pool) {
        stage.heartbeat("carer", List.of(GROUP), Instant.now());
        return stage.take(
                "the start",
                message ->
                        message.command() instanceof Command.StartPool command
                                && command.pool().poolId().equals(pool.id()));
    }

    @Test
    void aPoolIsStartedWithEachNewWorkerOfItsGroup() {
        var pool = PoolStory.defined(Map.of("autostart", true, "node", GROUP));
        var other = PoolStory.defined(Map.of("autostart", false, "node", GROUP));
        var incarnation = UUID.randomUUID();

        caretaker.goRound();
        assertThat(operations(pool)).isEmpty();

        caretaker.heard(heartbeat(incarnation, List.of()));
        caretaker.goRound();
        assertThat(operations(pool)).containsExactly("StartPool");
        assertThat(operations(other)).isEmpty();
        var start = start(pool);
        stage.fail(start, ProblemCode.POOL_INACCESSIBLE);
        end(start.operation());

        caretaker.heard(heartbeat(incarnation, List.of()));
        caretaker.goRound();
        assertThat(operations(pool)).hasSize(1);
    }

    @Test
    void aRunningPoolIsLookedAtWhenItsTimeHasCome() {
        var pool = PoolStory.running();
        caretaker.goRound();
        assertThat(operations(pool)).containsExactly("StartPool");
        Rows.change(
                "update pool.pool set looked_at = now() - interval '1 day' where name = ?",
                pool.name());

        caretaker.goRound();

        var asked =
                stage.heard(PoolRefreshRequested.class, event -> event.poolId().equals(pool.id()));
        assertThat(asked.patient()).isTrue();
        pool.inventoried(asked.operation());
        end(asked.operation());
        caretaker.goRound();
        assertThat(operations(pool)).hasSize(2);
    }

    @Test
    void anInaccessiblePoolComesBackWhenAWorkerFindsIt() {
        var pool = PoolStory.inaccessible();
        caretaker.goRound();
        var before = operations(pool).size();

        caretaker.heard(
                heartbeat(UUID.randomUUID(), List.of(new Heartbeat.Reach(pool.id(), true, null))));
        caretaker.goRound();

        assertThat(operations(pool)).hasSize(before + 1);
        var asked =
                stage.heard(
                        PoolRefreshRequested.class,
                        event -> event.poolId().equals(pool.id()) && event.patient());
        pool.inventoried(asked.operation());
        end(asked.operation());
        assertThat(pool.state()).isEqualTo("running");
    }
}
