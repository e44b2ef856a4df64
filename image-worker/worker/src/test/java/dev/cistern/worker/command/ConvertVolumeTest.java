package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.message.Result;
import dev.cistern.common.message.SnapshotRef;
import dev.cistern.common.problem.ProblemCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConvertVolumeTest extends PoolBench {
    @BeforeEach
    void start() throws Exception {
        bench.run(pool.create(volume, "disk", "qcow2"));
        Qemu.io(pool.file("disk"), "qcow2", "write -P 0x11 64k 64k");
    }

    private Command.ConvertVolume convert(String format, ImageOptions options) throws IOException {
        return new Command.ConvertVolume(
                pool.place(), volume, 2, pool.image("disk", "qcow2"), format, options);
    }

    private Command.ConvertVolume toRaw() throws IOException {
        return convert("raw", ImageOptions.USUAL);
    }

    private void assertUntouched() throws Exception {
        assertThat(pool.files()).containsExactly("disk");
        assertThat(pool.staged()).isEmpty();
        assertThat(pool.volume(volume).format()).isEqualTo("qcow2");
        Qemu.io(pool.file("disk"), "qcow2", "read -P 0x11 64k 64k");
    }

    @ParameterizedTest
    @CsvSource({"raw,", "vmdk,", "vmdk,streamOptimized"})
    void readsTheSameInTheOtherFormat(String format, @Nullable String subformat) throws Exception {
        Files.copy(pool.file("disk"), folder.resolve("before"));
        Files.setPosixFilePermissions(
                pool.file("disk"), PosixFilePermissions.fromString("rw-r-----"));
        var options =
                subformat == null ? ImageOptions.USUAL : ImageOptions.vmdk(subformat, null, null);
        var command = convert(format, options);

        var result = bench.run(operation, 1, command);

        assertThat(result)
                .isInstanceOfSatisfying(
                        Result.VolumeChanged.class,
                        changed -> {
                            assertThat(changed.file().format()).isEqualTo(format);
                            assertThat(changed.file().permissions().mode()).isEqualTo(0640);
                        });
        Qemu.img(folder, "compare", "-f", "qcow2", "-F", format, "before", "pool/disk");
        assertThat(pool.files()).containsExactly("disk");
        assertThat(pool.staged()).isEmpty();
        assertThat(pool.volume(volume).format()).isEqualTo(format);
        assertThat(pool.volume(volume).inode()).isEqualTo(TestPool.inode(pool.file("disk")));
        assertThat(bench.run(operation, 2, command)).isEqualTo(result);
    }

    @Test
    void hasOtherOptionsInTheSameFormat() throws Exception {
        var options = new ImageOptions(null, "0.10", 4096, null, null, null, null);

        assertThat(bench.run(operation, 1, convert("qcow2", options)))
                .isInstanceOf(Result.VolumeChanged.class);

        assertThat(Qemu.img(pool.path(), "info", "disk"))
                .contains("cluster_size: 4096", "compat: 0.10");
        Qemu.io(pool.file("disk"), "qcow2", "read -P 0x11 64k 64k");
    }

    @ParameterizedTest
    @ValueSource(strings = {"stage", "intent"})
    void leavesTheOldImageWhenItIsCancelled(String moment) throws Exception {
        at(Command.ConvertVolume.class, moment, () -> bench.hand.cancel(operation));

        assertThat(code(bench.run(operation, 1, toRaw()))).isEqualTo(ProblemCode.CANCELLED);
        assertUntouched();
    }

    @Test
    void keepsEveryoneOffWhileItIsBeingDone() throws Exception {
        var answer = new AtomicReference<Throwable>();
        at(
                Command.ConvertVolume.class,
                "stage",
                () ->
                        answer.set(
                                catchThrowable(
                                        () -> Qemu.io(pool.file("disk"), "qcow2", "length"))));

        assertThat(bench.run(operation, 1, toRaw())).isInstanceOf(Result.VolumeChanged.class);
        assertThat(answer.get()).hasMessageContaining("lock");
    }

    @Test
    void refusesWhatAVirtualMachineHasOpen() throws Exception {
        var command = toRaw();
        try (var _ = Qemu.holding(pool.file("disk"), "qcow2")) {
            assertThat(code(bench.run(operation, 1, command))).isEqualTo(ProblemCode.VOLUME_IN_USE);
        }
        assertUntouched();
    }

    @Test
    void refusesAFileThatWasReplaced() throws Exception {
        var command = toRaw();
        Files.copy(pool.file("disk"), pool.file("other"));
        Files.move(pool.file("other"), pool.file("disk"), StandardCopyOption.REPLACE_EXISTING);

        assertThat(code(bench.run(operation, 1, command))).isEqualTo(ProblemCode.VOLUME_DRIFTED);
        assertUntouched();
    }

    @Test
    void losesNoSnapshots() throws Exception {
        var snapshot =
                new SnapshotRef(
                        UUID.randomUUID(), "before", Instant.parse("2026-11-23T21:00:00Z"), null);
        bench.run(
                new Command.CreateSnapshot(
                        pool.place(), volume, 2, pool.image("disk", "qcow2"), snapshot));

        assertThat(code(bench.run(operation, 1, toRaw()))).isEqualTo(ProblemCode.VOLUME_STATE);
        assertUntouched();
    }

    @Test
    void settlesWhatIsInPlaceAsDone() throws Exception {
        var command = toRaw();
        dieAt("publish");
        assertThat(bench.run(operation, 1, command)).isNull();

        assertThat(bench.run(pool.settle(operation, command)))
                .isInstanceOfSatisfying(
                        Result.Settled.class,
                        settled ->
                                assertThat(settled.outcome())
                                        .isInstanceOf(Result.VolumeChanged.class));
        assertThat(pool.volume(volume).format()).isEqualTo("raw");
        assertThat(pool.staged()).isEmpty();
    }

    @Test
    void settlesWhatIsNotInPlaceAsUndone() throws Exception {
        var command = toRaw();
        dieAt("intent");
        assertThat(bench.run(operation, 1, command)).isNull();
        assertThat(pool.staged()).isNotEmpty();

        assertThat(bench.run(pool.settle(operation, command)))
                .isEqualTo(new Result.Settled(operation, null));
        assertUntouched();
    }

    private static void dieAt(String point) {
        dieAt(Command.ConvertVolume.class, point);
    }
}
