package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.crash.CrashPoints;
import dev.cistern.common.message.Command;
import dev.cistern.common.message.FileFacts;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import java.nio.file.Files;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/** vmdk volumes of several files that get more of them. */
class SeveralFilesGrowthTest extends SeveralFilesBench {
    @Test
    void areAsTheyWereWhenTheirGrowingIsCancelled() throws Exception {
        var disk = disk("twoGbMaxExtentSparse");
        at(Command.ResizeVolume.class, "extents", () -> bench.hand.cancel(operation));
        var grow = new Command.ResizeVolume(pool.place(), volume, 2, disk, 12L << 30, false, false);

        assertThat(code(bench.run(operation, 1, grow))).isEqualTo(ProblemCode.CANCELLED);

        assertThat(pool.files()).isEqualTo(extents("disk", "twoGbMaxExtentSparse"));
        requireContent(pool.file("disk.vmdk"), "vmdk");
        Qemu.img(pool.path(), "check", "-q", "-f", "vmdk", "disk.vmdk");
        requireNothingLeft();
    }

    /** A scan in the middle of it does not take for an image what is to be a part of one. */
    @Test
    void growWithoutAScanSeeingMoreThanOneImage() throws Exception {
        var disk = disk("twoGbMaxExtentSparse");
        var seen = new ArrayList<FileFacts>();
        dieAt(Command.ResizeVolume.class, "extents");
        var grow = new Command.ResizeVolume(pool.place(), volume, 2, disk, 12L << 30, false, false);
        assertThat(bench.run(operation, 1, grow)).isNull();
        seen.addAll(scan());
        CrashPoints.disarm();
        assertThat(bench.run(operation, 2, grow)).isInstanceOf(Result.VolumeChanged.class);
        seen.addAll(scan());

        assertThat(seen).filteredOn(file -> file.partOf() == null).hasSize(2);
        assertThat(pool.files()).hasSize(7);
        requireNothingLeft();
    }

    /** A user's file that is called as a new extent would be stays, and is none. */
    @Test
    void growPastFilesThatAreCalledAsTheirs() throws Exception {
        var disk = disk("twoGbMaxExtentSparse");
        Files.writeString(pool.file("disk-s004.vmdk"), "the user's");

        assertThat(
                        bench.run(
                                new Command.ResizeVolume(
                                        pool.place(), volume, 2, disk, 9L << 30, false, false)))
                .isInstanceOf(Result.VolumeChanged.class);

        assertThat(pool.file("disk-s004.vmdk")).hasContent("the user's");
        assertThat(pool.files()).contains("disk-s005.vmdk", "disk-s006.vmdk");
        requireContent(pool.file("disk.vmdk"), "vmdk");
        requireNothingLeft();
    }
}
