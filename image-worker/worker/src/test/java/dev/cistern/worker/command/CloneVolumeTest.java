package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.CloneStrategy;
import dev.cistern.common.message.Command;
import dev.cistern.common.message.ImageSource;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.image.storage.Directory;
import dev.cistern.image.storage.OfdLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CloneVolumeTest extends PoolBench {
    private final UUID source = UUID.randomUUID();

    @BeforeEach
    void start() throws Exception {
        bench.run(pool.create(source, "base", "qcow2"));
        Qemu.io(pool.file("base"), "qcow2", "write -P 0x11 64k 64k");
    }

    private Command.CloneVolume clone(CloneStrategy strategy) throws IOException {
        return clone(pool, strategy);
    }

    private Command.CloneVolume clone(TestPool into, CloneStrategy strategy) throws IOException {
        return new Command.CloneVolume(
                into.place(),
                volume,
                1,
                "copy",
                "qcow2",
                TestPool.MODE,
                new ImageSource(pool.place(), source, pool.image("base", "qcow2")),
                strategy,
                null);
    }

    private static CloneStrategy used(@Nullable Result result) {
        assertThat(result).isInstanceOf(Result.VolumeCloned.class);
        return result instanceof Result.VolumeCloned(_, _, var strategy)
                ? strategy
                : CloneStrategy.BEST;
    }

    @ParameterizedTest
    @ValueSource(strings = {"linked", "full", "best"})
    void readsAsItsSource(String strategy) throws Exception {
        var result = bench.run(operation, 1, clone(CloneStrategy.of(strategy)));

        assertThat(used(result)).isNotEqualTo(CloneStrategy.BEST);
        Qemu.img(pool.path(), "compare", "-f", "qcow2", "-F", "qcow2", "base", "copy");
        Qemu.img(pool.path(), "check", "-q", "-f", "qcow2", "copy");
        assertThat(pool.volume(volume).inode()).isEqualTo(TestPool.inode(pool.file("copy")));
        assertThat(pool.staged()).isEmpty();
    }

    @Test
    void namesItsSourceAsBackingFileIfLinked() throws Exception {
        var result = bench.run(operation, 1, clone(CloneStrategy.LINKED));

        assertThat(result)
                .isInstanceOfSatisfying(
                        Result.VolumeCloned.class,
                        cloned -> {
                            assertThat(cloned.strategy()).isEqualTo(CloneStrategy.LINKED);
                            assertThat(cloned.file().backingFile()).isEqualTo("base");
                            assertThat(cloned.file().backingFormat()).isEqualTo("qcow2");
                            assertThat(cloned.file().capacity()).isEqualTo(1 << 20);
                        });
    }

    @Test
    void handlesTheSameCommandTwice() throws Exception {
        var first = bench.run(operation, 1, clone(CloneStrategy.BEST));
        Qemu.io(pool.file("copy"), "qcow2", "write -P 0x22 0 64k");

        var second = bench.run(operation, 2, clone(CloneStrategy.BEST));

        assertThat(second).isEqualTo(first);
        Qemu.io(pool.file("copy"), "qcow2", "read -P 0x22 0 64k");
    }

    @Test
    void tellsTheWayInWhichAnEarlierAttemptWentAboutIt() throws Exception {
        dieAt(Command.CloneVolume.class, "publish");
        assertThat(bench.run(operation, 1, clone(CloneStrategy.BEST))).isNull();

        assertThat(used(bench.run(operation, 2, clone(CloneStrategy.BEST))))
                .isNotEqualTo(CloneStrategy.BEST);
    }

    @Test
    void leavesNothingWhenItIsCancelledInTheMiddle() throws Exception {
        at(Command.CloneVolume.class, "stage", () -> bench.hand.cancel(operation));

        assertThat(code(bench.run(operation, 1, clone(CloneStrategy.FULL))))
                .isEqualTo(ProblemCode.CANCELLED);
        assertThat(pool.files()).containsExactly("base");
        assertThat(pool.staged()).isEmpty();
    }

    @Test
    void copiesNothingOnceItIsCancelled() throws Exception {
        bench.hand.cancel(operation);

        assertThat(code(bench.run(operation, 1, clone(CloneStrategy.FULL))))
                .isEqualTo(ProblemCode.CANCELLED);
        assertThat(pool.files()).containsExactly("base");
        assertThat(pool.staged()).isEmpty();
    }

    @Test
    void refusesASourceThatAVirtualMachineWritesTo() throws Exception {
        try (var _ = Qemu.holding(pool.file("base"), "qcow2")) {
            assertThat(code(bench.run(operation, 1, clone(CloneStrategy.LINKED))))
                    .isEqualTo(ProblemCode.VOLUME_IN_USE);
        }
        assertThat(pool.files()).containsExactly("base");
    }

    @Test
    void refusesASourceThatWasReplaced() throws Exception {
        var command = clone(CloneStrategy.FULL);
        Files.copy(pool.file("base"), pool.file("other"));
        Files.move(pool.file("other"), pool.file("base"), StandardCopyOption.REPLACE_EXISTING);

        assertThat(code(bench.run(operation, 1, command))).isEqualTo(ProblemCode.VOLUME_DRIFTED);
        assertThat(pool.files()).containsExactly("base");
    }

    @Test
    void copiesIntoAnotherPool() throws Exception {
        var other = TestPool.started(folder.resolve("other"), bench);

        assertThat(used(bench.run(operation, 1, clone(other, CloneStrategy.FULL))))
                .isEqualTo(CloneStrategy.FULL);

        Qemu.img(folder, "compare", "pool/base", "other/copy");
        assertThat(pool.files()).containsExactly("base");
    }

    @Test
    void linksNothingAcrossPools() throws Exception {
        var other = TestPool.started(folder.resolve("other"), bench);

        assertThat(code(bench.run(operation, 1, clone(other, CloneStrategy.LINKED))))
                .isEqualTo(ProblemCode.INVALID_REQUEST);
        assertThat(other.files()).isEmpty();
    }

    @Test
    void refusesAReflinkWhereTheFileSystemHasNone() throws Exception {
        var result = bench.run(operation, 1, clone(CloneStrategy.REFLINK));

        if (result instanceof Result.VolumeCloned(_, _, var used)) {
            assertThat(used).isEqualTo(CloneStrategy.REFLINK);
        } else {
            assertThat(code(result)).isEqualTo(ProblemCode.UNSUPPORTED);
            assertThat(pool.files()).containsExactly("base");
        }
    }

    @Test
    void isLeftToTheWatchdogWhileItsSourceIsBeingChanged() throws Exception {
        try (var files = Directory.open(pool.house("locks"));
                var _ = OfdLock.tryLock(files, source.toString(), true).orElseThrow()) {
            assertThat(bench.run(operation, 1, clone(CloneStrategy.FULL))).isNull();
        }
        assertThat(pool.files()).containsExactly("base");

        assertThat(bench.run(operation, 2, clone(CloneStrategy.FULL)))
                .isInstanceOf(Result.VolumeCloned.class);
        assertThat(pool.staged()).isEmpty();
    }

    @Test
    void settlesWhatWasPublishedAsDone() throws Exception {
        var command = clone(CloneStrategy.LINKED);
        dieAt(Command.CloneVolume.class, "publish");
        bench.run(operation, 1, command);

        assertThat(bench.run(pool.settle(operation, command)))
                .isInstanceOfSatisfying(
                        Result.Settled.class,
                        settled ->
                                assertThat(used(settled.outcome()))
                                        .isEqualTo(CloneStrategy.LINKED));
    }
}
