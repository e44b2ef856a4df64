package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.FileFacts;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import java.nio.file.Files;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Resizing, and with it what all changes of an image in its place have in common. */
class ResizeVolumeTest extends PoolBench {
    private static final long MIB = 1 << 20;

    @BeforeEach
    void start() throws Exception {
        bench.run(pool.create(volume, "disk", "qcow2"));
    }

    private Command.ResizeVolume resize(long capacity) throws Exception {
        return resize("disk", "qcow2", capacity, false, false);
    }

    private Command.ResizeVolume resize(
            String name, String format, long capacity, boolean shrink, boolean allocate)
            throws Exception {
        return new Command.ResizeVolume(
                pool.place(), volume, 2, pool.image(name, format), capacity, shrink, allocate);
    }

    private static FileFacts changed(@Nullable Result result) {
        assertThat(result).isInstanceOf(Result.VolumeChanged.class);
        return ((Result.VolumeChanged) java.util.Objects.requireNonNull(result)).file();
    }

    private long capacity() throws Exception {
        return Qemu.capacity(pool.file("disk"));
    }

    @Test
    void givesTheImageItsCapacityAndRemembersTheGeneration() throws Exception {
        var result = bench.run(operation, 1, resize(3 * MIB));

        assertThat(changed(result).capacity()).isEqualTo(3 * MIB);
        assertThat(capacity()).isEqualTo(3 * MIB);
        assertThat(pool.volume(volume).generation()).isEqualTo(2);
        assertThat(bench.run(operation, 2, resize(3 * MIB))).isEqualTo(result);
    }

    @Test
    void shrinksWhenThatIsMeant() throws Exception {
        assertThat(code(bench.run(resize(MIB / 2)))).isEqualTo(ProblemCode.INVALID_REQUEST);
        assertThat(capacity()).isEqualTo(MIB);

        assertThat(changed(bench.run(resize("disk", "qcow2", MIB / 2, true, false))).capacity())
                .isEqualTo(MIB / 2);
        assertThat(capacity()).isEqualTo(MIB / 2);
    }

    @Test
    void takesTheSpaceOfWhatIsAddedWhenAsked() throws Exception {
        bench.run(pool.create(UUID.randomUUID(), "other", "raw"));

        var facts = changed(bench.run(resize("other", "raw", 4 * MIB, false, true)));

        assertThat(facts.allocation()).isGreaterThanOrEqualTo(3 * MIB);
        assertThat(Files.size(pool.file("other"))).isEqualTo(4 * MIB);
        assertThat(code(bench.run(resize("disk", "qcow2", 4 * MIB, false, true))))
                .isEqualTo(ProblemCode.UNSUPPORTED);
        assertThat(capacity()).isEqualTo(MIB);
    }

    @Test
    void undoesTheGrowthWhenCancelledWhileItTakesSpace() throws Exception {
        bench.run(pool.create(UUID.randomUUID(), "other", "raw"));
        at(Command.ResizeVolume.class, "resized", () -> bench.hand.cancel(operation));

        var result = bench.run(operation, 1, resize("other", "raw", 4 * MIB, false, true));

        assertThat(code(result)).isEqualTo(ProblemCode.CANCELLED);
        assertThat(Files.size(pool.file("other"))).isEqualTo(MIB);
    }

    @Test
    void changesNothingWhenCancelledInTime() throws Exception {
        at(Command.ResizeVolume.class, "intent", () -> bench.hand.cancel(operation));

        assertThat(code(bench.run(operation, 1, resize(3 * MIB)))).isEqualTo(ProblemCode.CANCELLED);
        assertThat(capacity()).isEqualTo(MIB);
    }

    @Test
    void namesWhoHasTheImageOpen() throws Exception {
        try (var _ = Qemu.holding(pool.file("disk"), "qcow2")) {
            var result = bench.run(operation, 1, resize(3 * MIB));

            assertThat(code(result)).isEqualTo(ProblemCode.VOLUME_IN_USE);
            assertThat(String.valueOf(result)).contains("qemu-io");
        }
        assertThat(capacity()).isEqualTo(MIB);
    }

    @Test
    void refusesAStaleGeneration() throws Exception {
        var stale = resize(3 * MIB);
        bench.run(
                new Command.ResizeVolume(
                        pool.place(), volume, 3, stale.image(), 2 * MIB, false, false));

        assertThat(code(bench.run(operation, 1, stale))).isEqualTo(ProblemCode.STALE);
        assertThat(capacity()).isEqualTo(2 * MIB);
    }

    @Test
    void touchesNoFileThatIsNotTheVolumes() throws Exception {
        var resize = resize(3 * MIB);
        Files.move(pool.file("disk"), pool.file("kept"));
        assertThat(code(bench.run(resize))).isEqualTo(ProblemCode.VOLUME_MISSING);

        Files.copy(pool.file("kept"), pool.file("disk"));
        assertThat(code(bench.run(resize))).isEqualTo(ProblemCode.VOLUME_DRIFTED);
        assertThat(capacity()).isEqualTo(MIB);
    }

    @Test
    void resizesAVolumeThatThePoolFolderDoesNotKnow() throws Exception {
        Qemu.img(pool.path(), "create", "-q", "-f", "qcow2", "found", "1M");

        assertThat(changed(bench.run(resize("found", "qcow2", 2 * MIB, false, false))).capacity())
                .isEqualTo(2 * MIB);
        assertThat(pool.volume(volume).name()).isEqualTo("found");
    }

    @Test
    void opensNoBackingFileOutsideOfThePool() throws Exception {
        Qemu.img(folder, "create", "-q", "-f", "raw", "secret", "1M");
        Qemu.img(
                pool.path(), "create", "-q", "-f", "qcow2", "-F", "raw", "-b", "../secret", "evil");

        var result = bench.run(resize("evil", "qcow2", 2 * MIB, false, false));

        assertThat(result).isInstanceOf(Result.CommandFailed.class);
        assertThat(String.valueOf(result)).contains("which is not in the folder");
    }

    @ParameterizedTest
    @ValueSource(strings = {"intent", "change"})
    void isSettledByWhatTheImageTells(String moment) throws Exception {
        dieAt(Command.ResizeVolume.class, moment);
        var resize = resize(3 * MIB);
        assertThat(bench.run(operation, 1, resize)).isNull();

        var settled = bench.run(pool.settle(operation, resize));

        var grown = moment.equals("change");
        assertThat(capacity()).isEqualTo(grown ? 3 * MIB : MIB);
        assertThat(settled)
                .isInstanceOfSatisfying(
                        Result.Settled.class,
                        done -> {
                            if (grown) {
                                assertThat(changed(done.outcome()).capacity()).isEqualTo(3 * MIB);
                            } else {
                                assertThat(done.outcome()).isNull();
                            }
                        });
        assertThat(bench.run(operation, 2, resize)).isNotNull();
        assertThat(capacity()).isEqualTo(grown ? 3 * MIB : MIB);
    }
}
