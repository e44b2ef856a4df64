package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.CloneStrategy;
import dev.cistern.common.message.Command;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.message.ImageShape;
import dev.cistern.common.message.ImageSource;
import dev.cistern.common.message.KeptFile;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import java.nio.file.Files;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Snapshots of images that have none inside: copies. */
class CopySnapshotsTest extends PoolBench {
    private void disk(String format) throws Exception {
        bench.run(pool.create(volume, "disk", format));
        Qemu.io(pool.file("disk"), format, "write -P 1 0 64k");
    }

    private void diskWithCopy(String format) throws Exception {
        disk(format);
        assertThat(bench.run(keep(format))).isInstanceOf(Result.VolumeChanged.class);
        Qemu.io(pool.file("disk"), format, "write -P 2 0 64k");
    }

    private Command.KeepCopy keep(String format) throws Exception {
        return CopyScenes.keep(pool, volume, pool.image("disk", format));
    }

    @ParameterizedTest
    @ValueSource(strings = {"raw", "vmdk"})
    void anImageBecomesWhatItWas(String format) throws Exception {
        diskWithCopy(format);
        var back = CopyScenes.back(pool, volume, pool.image("disk", format));

        var result = bench.run(operation, 1, back);

        assertThat(result).isInstanceOf(Result.VolumeChanged.class);
        Qemu.io(pool.file("disk"), format, "read -P 1 0 64k");
        assertThat(bench.run(operation, 2, back)).isEqualTo(result);
        assertThat(pool.staged()).isEmpty();
        assertThat(pool.files()).containsExactly("disk");
        assertThat(CopyScenes.copy(pool, volume)).exists();
    }

    @ParameterizedTest
    @ValueSource(strings = {"raw", "vmdk"})
    void whatACopyTakesIsTold(String format) throws Exception {
        disk(format);

        var result = bench.run(keep(format));

        var taken = Qemu.info(CopyScenes.copy(pool, volume), format).path("actual-size").asLong();
        assertThat(taken).isPositive();
        assertThat(result)
                .isInstanceOfSatisfying(
                        Result.VolumeChanged.class,
                        changed ->
                                assertThat(changed.kept())
                                        .containsExactly(
                                                new KeptFile(CopyScenes.BEFORE.id(), taken)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"raw", "vmdk"})
    void aCopyIsCloned(String format) throws Exception {
        diskWithCopy(format);
        var clone =
                new Command.CloneVolume(
                        pool.place(),
                        UUID.randomUUID(),
                        1,
                        "clone",
                        "qcow2",
                        TestPool.MODE,
                        new ImageSource(
                                pool.place(),
                                volume,
                                pool.image("disk", format),
                                CopyScenes.BEFORE),
                        CloneStrategy.BEST,
                        new ImageShape(ImageOptions.USUAL, 0));

        assertThat(bench.run(clone)).isInstanceOf(Result.VolumeCloned.class);

        Qemu.io(pool.file("clone"), "qcow2", "read -P 1 0 64k");
        Qemu.io(pool.file("disk"), format, "read -P 2 0 64k");
    }

    @Test
    void copiesGoWithTheirVolume() throws Exception {
        diskWithCopy("raw");

        bench.run(pool.delete(volume, "disk", TestPool.inode(pool.file("disk"))));

        assertThat(pool.house("snapshots")).isEmptyDirectory();
    }

    @Test
    void aCopyThatWasRemovedIsMissed() throws Exception {
        diskWithCopy("raw");
        Files.delete(CopyScenes.copy(pool, volume));
        var image = pool.image("disk", "raw");

        assertThat(code(bench.run(CopyScenes.back(pool, volume, image))))
                .isEqualTo(ProblemCode.SNAPSHOT_NOT_FOUND);
        Qemu.io(pool.file("disk"), "raw", "read -P 2 0 64k");
        assertThat(pool.staged()).isEmpty();
        assertThat(bench.run(CopyScenes.drop(pool, volume, image)))
                .isInstanceOf(Result.VolumeChanged.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"stage", "intent"})
    void nothingIsKeptOfWhatIsCancelled(String moment) throws Exception {
        disk("raw");
        at(Command.KeepCopy.class, moment, () -> bench.hand.cancel(operation));

        assertThat(code(bench.run(operation, 1, keep("raw")))).isEqualTo(ProblemCode.CANCELLED);
        assertThat(CopyScenes.copy(pool, volume)).doesNotExist();
        assertThat(pool.staged()).isEmpty();
    }

    @Test
    void whatAVirtualMachineWritesToIsNotKept() throws Exception {
        disk("raw");
        var command = keep("raw");
        try (var _ = Qemu.holding(pool.file("disk"), "raw")) {
            assertThat(code(bench.run(operation, 1, command))).isEqualTo(ProblemCode.VOLUME_IN_USE);
        }
        assertThat(CopyScenes.copy(pool, volume)).doesNotExist();
    }

    @Test
    void settlesWhatIsKeptAsDone() throws Exception {
        disk("raw");
        var command = keep("raw");
        assertThat(settledAfter("publish", command)).isInstanceOf(Result.VolumeChanged.class);
        assertThat(CopyScenes.copy(pool, volume)).exists();
        assertThat(pool.staged()).isEmpty();
    }

    @Test
    void settlesWhatIsNotKeptAsUndone() throws Exception {
        disk("raw");
        assertThat(settledAfter("intent", keep("raw"))).isNull();
        assertThat(CopyScenes.copy(pool, volume)).doesNotExist();
        assertThat(pool.staged()).isEmpty();
    }

    @Test
    void settlesADroppedCopyAsGone() throws Exception {
        diskWithCopy("raw");
        var drop = CopyScenes.drop(pool, volume, pool.image("disk", "raw"));
        assertThat(settledAfter("change", drop)).isInstanceOf(Result.VolumeChanged.class);
    }
}
