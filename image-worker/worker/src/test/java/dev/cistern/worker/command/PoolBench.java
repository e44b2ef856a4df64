package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.crash.CrashPoints;
import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.worker.SecretFolder;
import dev.cistern.worker.execution.DroppedException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A started pool, a worker without Kafka, and names for what it does: each test has its own. */
abstract class PoolBench {
    @TempDir Path folder;
    final Workbench bench = new Workbench(passphrases());
    final UUID volume = UUID.randomUUID();
    final UUID operation = UUID.randomUUID();
    TestPool pool;

    /** The worker has none unless a test gives it some. */
    Passphrases passphrases() {
        return new SecretFolder(Optional.empty(), Duration.ofSeconds(2));
    }

    @BeforeEach
    void startPool() throws Exception {
        pool = TestPool.started(folder.resolve("pool"), bench);
    }

    @AfterEach
    void closeBench() {
        CrashPoints.disarm();
        bench.close();
    }

    static ProblemCode code(@Nullable Result result) {
        assertThat(result).isInstanceOf(Result.CommandFailed.class);
        return result instanceof Result.CommandFailed(var problem)
                ? problem.code()
                : ProblemCode.INTERNAL;
    }

    interface Event {
        void happens() throws Exception;
    }

    /** What happens in the moment when the first create passes this point. */
    static void at(String point, Event event) {
        at(Command.CreateVolume.class, point, event);
    }

    static void at(Class<? extends Command> type, String point, Event event) {
        CrashPoints.arm(
                type.getSimpleName() + ":" + point,
                () -> {
                    try {
                        event.happens();
                    } catch (RuntimeException e) {
                        throw e;
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                });
    }

    /** The first command of this type that passes this point ends there, without a result. */
    static void dieAt(Class<? extends Command> type, String point) {
        at(
                type,
                point,
                () -> {
                    throw new DroppedException("as if it had died here");
                });
    }

    /** What a settling finds of a command that ended so; null if nothing is left of it. */
    @Nullable Result settledAfter(String point, Command.OfVolume command) throws Exception {
        dieAt(command.getClass(), point);
        assertThat(bench.run(operation, 1, command)).isNull();
        var settled = bench.run(pool.settle(operation, command));
        assertThat(settled).isInstanceOf(Result.Settled.class);
        return settled instanceof Result.Settled(_, var outcome) ? outcome : null;
    }
}
