package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.CheckFigures;
import dev.cistern.common.message.Command;
import dev.cistern.common.message.Command.Repair;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CheckVolumeTest extends PoolBench {
    /** Of the second cluster that the guest has: 16 bits each from the third cluster on. */
    private static final long SOME_REFCOUNT = 2 * 65_536 + 8 * Short.BYTES;

    @BeforeEach
    void start() throws Exception {
        bench.run(pool.create(volume, "disk", "qcow2"));
        Qemu.io(pool.path(), "qcow2", "disk", "write -P 7 0 128k");
    }

    private @Nullable Result check(Repair repair) throws Exception {
        return bench.run(
                new Command.CheckVolume(
                        pool.place(), volume, 2, pool.image("disk", "qcow2"), repair));
    }

    private CheckFigures report(Repair repair) throws Exception {
        var result = check(repair);
        assertThat(result).isInstanceOf(Result.VolumeChecked.class);
        return ((Result.VolumeChecked) Objects.requireNonNull(result)).report();
    }

    /** A cluster at the end of the file that nothing names. */
    private void leak() throws Exception {
        try (var file = FileChannel.open(pool.file("disk"), StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.allocate(65_536), 9 * 65_536L);
            file.write(ByteBuffer.allocate(2).putShort(0, (short) 1), SOME_REFCOUNT + 2);
        }
    }

    @Test
    void findsNothingWrongWithASoundImage() throws Exception {
        var report = report(Repair.NONE);

        assertThat(report.corruptions() + report.leaks() + report.checkErrors()).isZero();
        assertThat(report.totalClusters()).isEqualTo(16);
        assertThat(report.allocatedClusters()).isEqualTo(2);
        assertThat(report.findings()).isEmpty();
    }

    @Test
    void findsLeaksAndRepairsThemWhenAsked() throws Exception {
        leak();
        var before = Files.readAllBytes(pool.file("disk"));

        assertThat(report(Repair.NONE).leaks()).isEqualTo(1);
        assertThat(Files.readAllBytes(pool.file("disk"))).isEqualTo(before);
        assertThat(report(Repair.LEAKS).leaksFixed()).isEqualTo(1);

        Qemu.img(pool.path(), "check", "-q", "-f", "qcow2", "disk");
        Qemu.io(pool.path(), "qcow2", "disk", "read -P 7 0 128k");
    }

    @Test
    void refusesWhatAVirtualMachineWritesTo() throws Exception {
        try (var _ = Qemu.holding(pool.file("disk"), "qcow2")) {
            assertThat(code(check(Repair.NONE))).isEqualTo(ProblemCode.VOLUME_IN_USE);
            assertThat(code(check(Repair.ALL))).isEqualTo(ProblemCode.VOLUME_IN_USE);
        }
    }

    @Test
    void checksVmdkImages() throws Exception {
        Qemu.img(pool.path(), "create", "-q", "-f", "vmdk", "old.vmdk", "1M");
        var command =
                new Command.CheckVolume(
                        pool.place(), volume, 2, pool.image("old.vmdk", "vmdk"), Repair.ALL);

        assertThat(bench.run(command))
                .isInstanceOfSatisfying(
                        Result.VolumeChecked.class,
                        checked -> assertThat(checked.report().corruptions()).isZero());
        Qemu.img(pool.path(), "check", "-q", "-f", "vmdk", "old.vmdk");
    }

    @Test
    void saysWhatCannotBeChecked() throws Exception {
        bench.run(pool.create(UUID.randomUUID(), "raw", "raw"));
        var command =
                new Command.CheckVolume(
                        pool.place(), volume, 2, pool.image("raw", "raw"), Repair.NONE);

        assertThat(code(bench.run(command))).isEqualTo(ProblemCode.UNSUPPORTED);
    }
}
