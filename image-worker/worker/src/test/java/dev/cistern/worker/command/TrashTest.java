package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.ImageRef;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.worker.execution.DroppedException;
import dev.cistern.worker.folder.Reaper;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Files that are put aside, come back, or go for good. */
class TrashTest extends PoolBench {
    private long inode;

    @BeforeEach
    void start() throws Exception {
        bench.run(pool.create(volume, "disk"));
        inode = TestPool.inode(pool.file("disk"));
    }

    private Command.TrashVolume trash() {
        return new Command.TrashVolume(pool.place(), volume, 2, new ImageRef("disk", "raw", inode));
    }

    private Command.RestoreVolume restore(String name) {
        return new Command.RestoreVolume(pool.place(), volume, 3, new ImageRef(name, "raw", inode));
    }

    @Test
    void aFileGoesAndComesBack() throws Exception {
        var trashed = bench.run(operation, 1, trash());
        assertThat(trashed).isEqualTo(new Result.VolumeTrashed(volume));
        assertThat(pool.files()).isEmpty();
        assertThat(bench.run(operation, 2, trash())).isEqualTo(trashed);

        var restored = bench.run(restore("back"));

        assertThat(restored)
                .isInstanceOfSatisfying(
                        Result.VolumeChanged.class,
                        changed -> assertThat(changed.file().inode()).isEqualTo(inode));
        assertThat(pool.files()).containsExactly("back");
        assertThat(pool.trashed()).isEmpty();
        assertThat(pool.volume(volume).name()).isEqualTo("back");
    }

    @Test
    void theReaperLeavesItAlone() throws Exception {
        bench.run(trash());
        try (var reaper =
                new Reaper(
                        new Reaper.Retention(Duration.ZERO, Duration.ZERO),
                        () -> List.of(pool.place()),
                        _ -> false)) {
            reaper.reap();
        }

        assertThat(bench.run(restore("disk"))).isInstanceOf(Result.VolumeChanged.class);
    }

    @Test
    void neverReplacesAFile() throws Exception {
        bench.run(trash());
        Files.writeString(pool.file("disk"), "the user's");

        assertThat(code(bench.run(restore("disk")))).isEqualTo(ProblemCode.FILE_EXISTS);
        assertThat(pool.file("disk")).hasContent("the user's");
        assertThat(pool.trashed()).hasSize(1);
    }

    @Test
    void whatIsPurgedIsGoneWhateverHasItsNameNow() throws Exception {
        bench.run(trash());
        Files.writeString(pool.file("disk"), "the user's");
        var purge = new Command.DeleteVolume(pool.place(), volume, 3, "disk", inode);

        assertThat(bench.run(operation, 1, purge)).isEqualTo(new Result.VolumeDeleted(volume));

        assertThat(pool.trashed()).isEmpty();
        assertThat(pool.file("disk")).hasContent("the user's");
        assertThat(pool.volume(volume).deleted()).isTrue();
        assertThat(code(bench.run(restore("disk")))).isEqualTo(ProblemCode.VOLUME_MISSING);
    }

    @Test
    void aPurgeIsFinishedByTheNextAttempt() throws Exception {
        bench.run(trash());
        Files.writeString(pool.file("disk"), "the user's");
        var purge = new Command.DeleteVolume(pool.place(), volume, 3, "disk", inode);
        at(
                Command.DeleteVolume.class,
                "tombstone",
                () -> {
                    Files.delete(pool.house("trash").resolve("kept-" + volume));
                    throw new DroppedException("as if it had died behind that");
                });
        assertThat(bench.run(operation, 1, purge)).isNull();

        assertThat(bench.run(operation, 2, purge)).isEqualTo(new Result.VolumeDeleted(volume));
        assertThat(pool.file("disk")).hasContent("the user's");
    }

    @Test
    void refusesWhatAVirtualMachineHasOpen() throws Exception {
        try (var _ = Qemu.holding(pool.file("disk"), "raw")) {
            assertThat(code(bench.run(operation, 1, trash()))).isEqualTo(ProblemCode.VOLUME_IN_USE);
        }
        assertThat(pool.files()).containsExactly("disk");
    }

    @Test
    void settlesWhatIsAsideAsDone() throws Exception {
        dieAt(Command.TrashVolume.class, "publish");
        bench.run(operation, 1, trash());

        assertThat(bench.run(pool.settle(operation, trash())))
                .isEqualTo(new Result.Settled(operation, new Result.VolumeTrashed(volume)));
    }
}
