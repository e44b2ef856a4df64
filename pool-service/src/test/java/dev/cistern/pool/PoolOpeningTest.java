package dev.cistern.pool;

import static dev.cistern.pool.PoolStory.cancel;
import static dev.cistern.pool.PoolStory.end;
import static dev.cistern.pool.PoolStory.failed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.cistern.common.message.InternalEvent.PoolClosing;
import dev.cistern.common.message.InternalEvent.PoolUnreachable;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.Problem;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.partner.Await;
import dev.cistern.partner.Servers;
import dev.cistern.partner.Stage;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pools that are opened and closed, and what goes wrong on the way. */
@QuarkusTest
@QuarkusTestResource(Servers.class)
final class PoolOpeningTest {
    private final Stage stage = Stage.shared();

    @AfterAll
    static void allIsWell() {
        Aftermath.check();
    }

    @ParameterizedTest
    @EnumSource(names = {"POOL_FOREIGN", "POOL_INACCESSIBLE", "IO_ERROR"})
    void aFirstStartThatAWorkerRefusesLeavesThePoolInactive(ProblemCode code) {
        var pool = PoolStory.defined();
        var start = pool.accepted("start");

        stage.fail(stage.take(start), code);

        failed(start, code.code());
        assertThat(pool.state()).isEqualTo("inactive");
        pool.start();
    }

    @Test
    void aMountThatIsGoneAtALaterStartMakesThePoolInaccessible() throws Exception {
        var pool = PoolStory.running();
        pool.stop();
        var start = pool.accepted("start");

        stage.fail(stage.take(start), ProblemCode.POOL_INACCESSIBLE);

        failed(start, "pool-inaccessible");
        assertThat(pool.state()).isEqualTo("inaccessible");
        assertThat(pool.eventTypes(4)).endsWith("pool.inaccessible.v1");
        pool.start();
        assertThat(pool.eventTypes(5)).endsWith("pool.started.v1");
    }

    @Test
    void aStartWhoseStockCannotBeTakenForWantOfTheFolderIsInaccessibleAndClosed() {
        var pool = PoolStory.defined();
        var start = pool.accepted("start");
        stage.answer(stage.take(start), new Result.PoolStarted(PoolStory.FIGURES));
        var opened = pool.opened(start);

        pool.notInventoried(start, ProblemCode.POOL_INACCESSIBLE);

        failed(start, "pool-inaccessible");
        assertThat(pool.state()).isEqualTo("inaccessible");
        assertThat(pool.closing(start).epoch()).isGreaterThan(opened.place().epoch());
        pool.stop();
    }

    @Test
    void aStartWhoseStockCannotBeTakenForAnotherReasonIsInactiveAndClosed() {
        var pool = PoolStory.defined();
        var start = pool.accepted("start");
        stage.answer(stage.take(start), new Result.PoolStarted(PoolStory.FIGURES));
        pool.opened(start);

        pool.notInventoried(start, ProblemCode.IO_ERROR);

        failed(start, "io-error");
        assertThat(pool.state()).isEqualTo("inactive");
        pool.closing(start);
        pool.start();
    }

    @Test
    void anInaccessiblePoolThatTurnsOutToBeAnothersIsStopped() throws Exception {
        var pool = PoolStory.inaccessible();
        var start = pool.accepted("start");

        stage.fail(stage.take(start), ProblemCode.POOL_FOREIGN);

        failed(start, "pool-foreign");
        assertThat(pool.state()).isEqualTo("inactive");
        assertThat(pool.eventTypes(4)).endsWith("pool.inaccessible.v1", "pool.stopped.v1");
    }

    @Test
    void aRefreshThatSucceedsBringsAnInaccessiblePoolBack() throws Exception {
        var pool = PoolStory.inaccessible();
        var refresh = pool.accepted("refresh");
        pool.inventoried(refresh);

        assertThat(end(refresh).getString("state")).isEqualTo("succeeded");
        assertThat(pool.state()).isEqualTo("running");
        assertThat(pool.eventTypes(4)).endsWith("pool.inaccessible.v1", "pool.refreshed.v1");
    }

    @Test
    void aRefreshOfAnInaccessiblePoolThatIsClosedOpensItAnew() {
        var pool = PoolStory.defined();
        var start = pool.accepted("start");
        stage.answer(stage.take(start), new Result.PoolStarted(PoolStory.FIGURES));
        pool.opened(start);
        pool.notInventoried(start, ProblemCode.POOL_INACCESSIBLE);
        failed(start, "pool-inaccessible");

        var refresh = pool.accepted("refresh");
        assertThat(pool.opened(refresh).place().epoch()).isEqualTo(pool.epoch());
        pool.inventoried(refresh);

        assertThat(end(refresh).getString("state")).isEqualTo("succeeded");
        assertThat(pool.state()).isEqualTo("running");
    }

    @Test
    void aStopThatIsCancelledOpensThePoolUnderANewEpoch() {
        var pool = PoolStory.running();
        var stop = pool.accepted("stop");
        var closing = pool.closing(stop);

        cancel(stop).then().statusCode(200).body("state", equalTo("cancelled"));

        assertThat(pool.opened(stop).place().epoch()).isGreaterThan(closing.epoch());
        assertThat(pool.state()).isEqualTo("running");
        pool.closed(closing);
        pool.inventoried(stop);
        pool.stop();
    }

    @Test
    void aStopThatAWorkerRefusesOpensThePoolAgain() {
        var pool = PoolStory.running();
        var stop = pool.accepted("stop");
        pool.closed(pool.closing(stop));

        stage.fail(stage.take(stop), ProblemCode.IO_ERROR);

        failed(stop, "io-error");
        assertThat(pool.opened(stop).place().epoch()).isEqualTo(pool.epoch());
        assertThat(pool.state()).isEqualTo("running");
    }

    @Test
    void aStopThatIsCancelledInAWorkersHandsOpensThePoolAgain() {
        var pool = PoolStory.running();
        var stop = pool.accepted("stop");
        pool.closed(pool.closing(stop));
        var command = stage.take(stop);

        cancel(stop).then().statusCode(200);
        stage.awaitCancel(stop);
        stage.answer(command, new Result.PoolStopped());

        pool.opened(stop);
        pool.stop();
        assertThat(end(stop).getString("state")).isEqualTo("cancelled");
    }

    @Test
    void theClosingOfAnotherEpochIsNoAnswer() {
        var pool = PoolStory.running();
        var stop = pool.accepted("stop");
        var closing = pool.closing(stop);

        pool.closed(new PoolClosing(pool.id(), stop, closing.epoch() - 1));
        pool.closed(closing);

        var command = stage.take(stop);
        assertThat(command.command().pool().epoch()).isEqualTo(closing.epoch());
        stage.answer(command, new Result.PoolStopped());
        assertThat(end(stop).getString("state")).isEqualTo("succeeded");
    }

    @Test
    void aPoolThatAWorkerCannotReachIsInaccessibleInThatEpochOnly() throws Exception {
        var pool = PoolStory.running();
        var problem = Problem.of(ProblemCode.POOL_INACCESSIBLE, "played");
        stage.say(new PoolUnreachable(pool.id(), pool.epoch() - 1, problem));
        stage.say(new PoolUnreachable(UUID.randomUUID(), 1, problem));
        var refresh = pool.accepted("refresh");
        pool.inventoried(refresh);
        end(refresh);
        assertThat(pool.state()).isEqualTo("running");

        stage.say(new PoolUnreachable(pool.id(), pool.epoch(), problem));
        stage.say(new PoolUnreachable(pool.id(), pool.epoch(), problem));

        Await.until("inaccessible", pool::state, "inaccessible"::equals);
        assertThat(pool.eventTypes(4))
                .containsExactly(
                        "pool.defined.v1",
                        "pool.started.v1",
                        "pool.refreshed.v1",
                        "pool.inaccessible.v1");
        pool.stop();
    }
}
