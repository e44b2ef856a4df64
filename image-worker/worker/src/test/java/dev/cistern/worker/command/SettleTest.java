package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import java.nio.file.Files;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettleTest extends PoolBench {
    private Command.CreateVolume create;

    @BeforeEach
    void start() throws Exception {
        create = pool.create(volume, "disk");
    }

    private @Nullable Result settle(Command.OfVolume command) throws Exception {
        return bench.run(pool.settle(operation, command));
    }

    @Test
    void keepsALateCreateFromHavingAnEffect() throws Exception {
        assertThat(settle(create)).isEqualTo(new Result.Settled(operation, null));

        assertThat(code(bench.run(operation, 2, create))).isEqualTo(ProblemCode.CANCELLED);
        assertThat(pool.files()).isEmpty();
        assertThat(pool.entry(operation).settled()).isTrue();
    }

    @Test
    void refusesALateCreateEvenAfterTheJournalHasForgotten() throws Exception {
        settle(create);
        Files.delete(pool.house("journal").resolve(operation.toString()));

        assertThat(code(bench.run(operation, 2, create))).isEqualTo(ProblemCode.STALE);
        assertThat(pool.files()).isEmpty();
    }

    @Test
    void handlesTheSameCommandTwice() throws Exception {
        var settling = UUID.randomUUID();
        var first = bench.run(settling, 1, pool.settle(operation, create));

        assertThat(bench.run(settling, 2, pool.settle(operation, create))).isEqualTo(first);
    }

    @ParameterizedTest
    @ValueSource(strings = {"stage", "intent"})
    void undoesWhatWasNotPublished(String moment) throws Exception {
        dieAt(Command.CreateVolume.class, moment);
        bench.run(operation, 1, create);
        assertThat(pool.staged()).isNotEmpty();

        assertThat(settle(create)).isEqualTo(new Result.Settled(operation, null));
        assertThat(pool.staged()).isEmpty();
        assertThat(pool.files()).isEmpty();
        assertThat(pool.volume(volume).deleted()).isTrue();
    }

    @Test
    void keepsWhatWasPublished() throws Exception {
        dieAt(Command.CreateVolume.class, "publish");
        bench.run(operation, 1, create);

        var result = settle(create);

        assertThat(result)
                .isInstanceOfSatisfying(
                        Result.Settled.class,
                        settled ->
                                assertThat(settled.outcome())
                                        .isInstanceOf(Result.VolumeCreated.class));
        assertThat(pool.files()).containsExactly("disk");
        assertThat(bench.run(operation, 2, create)).isInstanceOf(Result.VolumeCreated.class);
    }

    @Test
    void reportsTheOutcomeOfWhatWasDone() throws Exception {
        var created = bench.run(operation, 1, create);

        assertThat(settle(create)).isEqualTo(new Result.Settled(operation, created));
    }

    @Test
    void leavesNothingOfWhatHadFailed() throws Exception {
        Files.writeString(pool.file("disk"), "the user's");
        bench.run(operation, 1, create);

        assertThat(settle(create)).isEqualTo(new Result.Settled(operation, null));
        assertThat(pool.file("disk")).hasContent("the user's");
    }

    @Test
    void stopsTheOneThatRuns() throws Exception {
        var reached = new CountDownLatch(1);
        at(
                Command.CreateVolume.class,
                "stage",
                () -> {
                    reached.countDown();
                    while (!Thread.currentThread().isInterrupted()
                            && !bench.hand.cancelled(operation)) {
                        Thread.onSpinWait();
                    }
                });
        bench.submit(operation, 1, create);
        reached.await();

        assertThat(settle(create)).isEqualTo(new Result.Settled(operation, null));
        assertThat(pool.files()).isEmpty();
    }

    @Test
    void finishesADeleteThatHasPutTheFileAside() throws Exception {
        bench.run(create);
        var delete = pool.delete(volume, "disk", TestPool.inode(pool.file("disk")));
        dieAt(Command.DeleteVolume.class, "publish");
        bench.run(operation, 1, delete);

        assertThat(settle(delete))
                .isEqualTo(new Result.Settled(operation, new Result.VolumeDeleted(volume)));
        assertThat(pool.trashed()).isEmpty();
        assertThat(pool.volume(volume).deleted()).isTrue();
    }

    @Test
    void keepsTheFileOfADeleteThatHadNotBegun() throws Exception {
        bench.run(create);
        var delete = pool.delete(volume, "disk", TestPool.inode(pool.file("disk")));
        dieAt(Command.DeleteVolume.class, "intent");
        bench.run(operation, 1, delete);

        assertThat(settle(delete)).isEqualTo(new Result.Settled(operation, null));
        assertThat(code(bench.run(operation, 2, delete))).isEqualTo(ProblemCode.CANCELLED);
        assertThat(pool.files()).containsExactly("disk");
        assertThat(pool.volume(volume).deleted()).isFalse();
    }

    @Test
    void reportsNothingWhileThePoolIsNotThere() throws Exception {
        Files.move(pool.path(), folder.resolve("moved"));

        assertThat(settle(create)).isNull();
    }
}
