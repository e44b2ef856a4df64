package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.worker.execution.DroppedException;
import java.nio.file.Files;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeleteVolumeTest extends PoolBench {
    private long inode;

    @BeforeEach
    void start() throws Exception {
        bench.run(pool.create(volume, "disk"));
        inode = TestPool.inode(pool.file("disk"));
    }

    @Test
    void removesTheFileAndLeavesATombstone() throws Exception {
        var result = bench.run(operation, 1, pool.delete(volume, "disk", inode));

        assertThat(result).isEqualTo(new Result.VolumeDeleted(volume));
        assertThat(pool.files()).isEmpty();
        assertThat(pool.trashed()).isEmpty();
        assertThat(pool.volume(volume).deleted()).isTrue();
        assertThat(pool.volume(volume).generation()).isEqualTo(2);
    }

    @Test
    void handlesTheSameCommandTwice() throws Exception {
        bench.run(operation, 1, pool.delete(volume, "disk", inode));
        Files.writeString(pool.file("disk"), "the user's new file");

        var second = bench.run(operation, 2, pool.delete(volume, "disk", inode));

        assertThat(second).isEqualTo(new Result.VolumeDeleted(volume));
        assertThat(pool.file("disk")).hasContent("the user's new file");
    }

    @Test
    void reportsAFileThatIsGoneAsDeleted() throws Exception {
        Files.delete(pool.file("disk"));

        assertThat(bench.run(operation, 1, pool.delete(volume, "disk", inode)))
                .isEqualTo(new Result.VolumeDeleted(volume));
        assertThat(pool.volume(volume).deleted()).isTrue();
    }

    @Test
    void neverTouchesAFileThatIsNotTheVolumes() throws Exception {
        Files.move(pool.file("disk"), pool.file("kept"));
        Files.writeString(pool.file("disk"), "the user's");

        var result = bench.run(operation, 1, pool.delete(volume, "disk", inode));

        assertThat(code(result)).isEqualTo(ProblemCode.VOLUME_DRIFTED);
        assertThat(pool.file("disk")).hasContent("the user's");
        assertThat(pool.file("kept")).exists();
    }

    @Test
    void neverTouchesAFileOfAVolumeThatWasNeverThere() throws Exception {
        var never = UUID.randomUUID();

        var result = bench.run(operation, 1, pool.delete(never, "disk", null));

        assertThat(result).isEqualTo(new Result.VolumeDeleted(never));
        assertThat(pool.file("disk")).exists();
    }

    @Test
    void deletesWhatItsOwnRecordKnowsWhenTheCommandDoesNot() throws Exception {
        assertThat(bench.run(operation, 1, pool.delete(volume, "disk", null)))
                .isEqualTo(new Result.VolumeDeleted(volume));
        assertThat(pool.files()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"intent", "publish", "tombstone"})
    void finishesWhatAnEarlierAttemptHasBegun(String moment) throws Exception {
        dieAt(Command.DeleteVolume.class, moment);
        assertThat(bench.run(operation, 1, pool.delete(volume, "disk", inode))).isNull();

        assertThat(bench.run(operation, 2, pool.delete(volume, "disk", inode)))
                .isEqualTo(new Result.VolumeDeleted(volume));
        assertThat(pool.files()).isEmpty();
        assertThat(pool.trashed()).isEmpty();
        assertThat(pool.volume(volume).deleted()).isTrue();
    }

    @Test
    void keepsTheFileWhenCancelledInTime() throws Exception {
        at(Command.DeleteVolume.class, "intent", () -> bench.hand.cancel(operation));

        assertThat(code(bench.run(operation, 1, pool.delete(volume, "disk", inode))))
                .isEqualTo(ProblemCode.CANCELLED);
        assertThat(TestPool.inode(pool.file("disk"))).isEqualTo(inode);
    }

    @Test
    void refusesWhatAVirtualMachineHasOpen() throws Exception {
        try (var _ = Qemu.holding(pool.file("disk"), "raw")) {
            var result = bench.run(operation, 1, pool.delete(volume, "disk", inode));

            assertThat(code(result)).isEqualTo(ProblemCode.VOLUME_IN_USE);
            assertThat(pool.files()).containsExactly("disk");
        }
        assertThat(bench.run(pool.delete(volume, "disk", inode)))
                .isEqualTo(new Result.VolumeDeleted(volume));
    }

    @Test
    void removesTheExtentsOfAVmdkWithIt() throws Exception {
        Qemu.img(
                pool.path(),
                "create",
                "-q",
                "-f",
                "vmdk",
                "-o",
                "subformat=monolithicFlat",
                "old.vmdk",
                "1M");
        assertThat(pool.files()).containsExactly("disk", "old-flat.vmdk", "old.vmdk");

        var adopted = UUID.randomUUID();
        var result =
                bench.run(
                        operation,
                        1,
                        pool.delete(adopted, "old.vmdk", TestPool.inode(pool.file("old.vmdk"))));

        assertThat(result).isEqualTo(new Result.VolumeDeleted(adopted));
        assertThat(pool.files()).containsExactly("disk");
    }

    @Test
    void removesTheExtentsThatAnEarlierAttemptHasLeft() throws Exception {
        Qemu.img(
                pool.path(),
                "create",
                "-q",
                "-f",
                "vmdk",
                "-o",
                "subformat=monolithicFlat",
                "old.vmdk",
                "1M");
        var extent = TestPool.inode(pool.file("old-flat.vmdk"));
        var delete =
                pool.delete(UUID.randomUUID(), "old.vmdk", TestPool.inode(pool.file("old.vmdk")));
        at(
                Command.DeleteVolume.class,
                "publish",
                () -> {
                    Files.move(
                            pool.house("trash").resolve(operation + ".1"),
                            pool.file("old-flat.vmdk"));
                    throw new DroppedException("as if it had died between the two");
                });
        bench.run(operation, 1, delete);
        assertThat(TestPool.inode(pool.file("old-flat.vmdk"))).isEqualTo(extent);

        bench.run(operation, 2, delete);

        assertThat(pool.files()).containsExactly("disk");
        assertThat(pool.trashed()).isEmpty();
    }

    @Test
    void removesNoFileOfAnotherVolumeThatAGuestHasNamedAsExtent() throws Exception {
        bench.run(pool.create(UUID.randomUUID(), "evil-flat.vmdk"));
        Qemu.img(
                pool.path(),
                "create",
                "-q",
                "-f",
                "vmdk",
                "-o",
                "subformat=monolithicFlat",
                "tmp.vmdk",
                "1M");
        var descriptor = Files.readString(pool.file("tmp.vmdk")).replace("tmp-flat", "evil-flat");
        Files.writeString(pool.file("evil.vmdk"), descriptor);

        var adopted = UUID.randomUUID();
        bench.run(
                operation,
                1,
                pool.delete(adopted, "evil.vmdk", TestPool.inode(pool.file("evil.vmdk"))));

        assertThat(pool.files()).contains("evil-flat.vmdk").doesNotContain("evil.vmdk");
    }
}
