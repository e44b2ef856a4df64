package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MoveVolumeTest extends PoolBench {
    /** On another file system than the test's folder, where the machine has one. */
    private static final Path MEMORY = Path.of("/dev/shm");

    private TestPool from;
    private TestPool to;

    @BeforeEach
    void start() throws Exception {
        from = TestPool.started(folder.resolve("from"), bench);
        to = TestPool.started(folder.resolve("to"), bench);
        bench.run(from.create(volume, "disk", "qcow2"));
        Qemu.io(from.file("disk"), "qcow2", "write -P 0x11 0 128k");
    }

    private Command.MoveVolume move(TestPool target, long generation) throws IOException {
        return new Command.MoveVolume(
                target.place(),
                volume,
                generation,
                from.place(),
                from.image("disk", "qcow2"),
                "disk",
                TestPool.MODE);
    }

    private void assertMovedTo(TestPool target) throws Exception {
        assertThat(from.files()).isEmpty();
        assertThat(from.trashed()).isEmpty();
        assertThat(from.volume(volume).deleted()).isTrue();
        assertThat(target.files()).containsExactly("disk");
        assertThat(target.staged()).isEmpty();
        assertThat(target.volume(volume).deleted()).isFalse();
        Qemu.io(target.file("disk"), "qcow2", "read -P 0x11 0 128k");
    }

    @Test
    void theFileGoesFromOnePoolToTheOther() throws Exception {
        var inode = TestPool.inode(from.file("disk"));
        var command = move(to, 2);

        var result = bench.run(operation, 1, command);

        assertThat(result).isInstanceOf(Result.VolumeMoved.class);
        assertMovedTo(to);
        assertThat(TestPool.inode(to.file("disk"))).isEqualTo(inode);
        assertThat(bench.run(operation, 2, command)).isEqualTo(result);
    }

    @Test
    void andOntoAnotherFileSystem(@TempDir(factory = InMemory.class) Path memory) throws Exception {
        var far = TestPool.started(memory.resolve("far"), bench);

        assertThat(bench.run(operation, 1, move(far, 2))).isInstanceOf(Result.VolumeMoved.class);
        assertMovedTo(far);
    }

    @Test
    void andBack() throws Exception {
        bench.run(operation, 1, move(to, 2));
        var back =
                new Command.MoveVolume(
                        from.place(),
                        volume,
                        3,
                        to.place(),
                        to.image("disk", "qcow2"),
                        "disk",
                        TestPool.MODE);

        assertThat(bench.run(back)).isInstanceOf(Result.VolumeMoved.class);
        assertThat(from.files()).containsExactly("disk");
        assertThat(to.files()).isEmpty();
    }

    @Test
    void neverReplacesAFile() throws Exception {
        Files.writeString(to.file("disk"), "the user's");

        assertThat(code(bench.run(operation, 1, move(to, 2)))).isEqualTo(ProblemCode.FILE_EXISTS);
        assertThat(to.file("disk")).hasContent("the user's");
        assertThat(from.files()).containsExactly("disk");
    }

    @ParameterizedTest
    @ValueSource(strings = {"stage", "intent"})
    void leavesEverythingWhenItIsCancelled(String moment) throws Exception {
        at(Command.MoveVolume.class, moment, () -> bench.hand.cancel(operation));

        assertThat(code(bench.run(operation, 1, move(to, 2)))).isEqualTo(ProblemCode.CANCELLED);
        assertThat(from.files()).containsExactly("disk");
        assertThat(to.files()).isEmpty();
        assertThat(to.staged()).isEmpty();
        assertThat(from.volume(volume).deleted()).isFalse();
    }

    @Test
    void settlesWhatWasPublishedByRemovingTheSource() throws Exception {
        var command = move(to, 2);
        dieAt(Command.MoveVolume.class, "publish");
        assertThat(bench.run(operation, 1, command)).isNull();
        assertThat(from.files()).containsExactly("disk");

        assertThat(bench.run(to.settle(operation, command)))
                .isInstanceOfSatisfying(
                        Result.Settled.class,
                        settled ->
                                assertThat(settled.outcome())
                                        .isInstanceOf(Result.VolumeMoved.class));
        assertMovedTo(to);
    }

    @Test
    void doesNotSayOfTheOtherPoolThatThisOneIsAway() throws Exception {
        var command = move(to, 2);
        Files.move(from.path(), folder.resolve("away"));

        assertThat(code(bench.run(operation, 1, command))).isEqualTo(ProblemCode.IO_ERROR);
        assertThat(to.files()).isEmpty();
    }

    @Test
    void refusesWhatAVirtualMachineHasOpen() throws Exception {
        try (var _ = Qemu.holding(from.file("disk"), "qcow2")) {
            assertThat(code(bench.run(operation, 1, move(to, 2))))
                    .isEqualTo(ProblemCode.VOLUME_IN_USE);
        }
        assertThat(from.files()).containsExactly("disk");
        assertThat(to.files()).isEmpty();
    }

    @Test
    void refusesAnImageThatBuildsOnAnother() throws Exception {
        Qemu.img(from.path(), "create", "-q", "-f", "qcow2", "-b", "disk", "-F", "qcow2", "top");
        var top = UUID.randomUUID();
        var command =
                new Command.MoveVolume(
                        to.place(),
                        top,
                        2,
                        from.place(),
                        from.image("top", "qcow2"),
                        "top",
                        TestPool.MODE);

        assertThat(code(bench.run(command))).isEqualTo(ProblemCode.UNSUPPORTED);
        assertThat(to.files()).isEmpty();
    }

    /** A folder in memory, or in the usual place without one. */
    static final class InMemory implements TempDirFactory {
        @Override
        public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context)
                throws IOException {
            return Files.isWritable(MEMORY)
                    ? Files.createTempDirectory(MEMORY, "cistern")
                    : Files.createTempDirectory("cistern");
        }
    }
}
