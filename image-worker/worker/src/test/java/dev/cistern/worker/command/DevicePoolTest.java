package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Formatting;
import dev.cistern.common.message.Permissions;
import dev.cistern.common.message.PoolMount;
import dev.cistern.common.message.PoolPlace;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.worker.mount.Mounts;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pools of type fs on a loop device, which takes root. */
class DevicePoolTest {
    @TempDir Path folder;
    private final Workbench bench = new Workbench();
    private String device = "";
    private Path path = Path.of("/");
    private PoolPlace place = place("ext4", 1);

    @BeforeEach
    void attach() throws Exception {
        var file = folder.resolve("device.img");
        try (var content = new RandomAccessFile(file.toFile(), "rw")) {
            content.setLength(320 << 20);
        }
        path = folder.resolve("pool");
        var loop = run("losetup", "--find", "--show", file.toString());
        if (loop == null) {
            abort("no loop device can be had: root and the module loop are needed");
        }
        device = loop;
        place = place("ext4", 1);
    }

    @AfterEach
    void detach() throws Exception {
        bench.close();
        if (!device.isEmpty()) {
            Mounts.unmount(place);
            run("losetup", "--detach", device);
        }
    }

    private PoolPlace place(String type, long epoch) {
        return new PoolPlace(
                new UUID(7, System.identityHashCode(this)),
                new UUID(1, 1),
                epoch,
                path.toString(),
                new PoolMount(device, type, List.of("nodev,nosuid,noexec")));
    }

    private static @Nullable String run(String... command) throws Exception {
        try {
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            var output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? output.strip() : null;
        } catch (IOException _) {
            return null;
        }
    }

    private Command.BuildPool build(String type, boolean overwrite) {
        return new Command.BuildPool(
                place(type, 1), Permissions.POOL_DEFAULT, new Formatting(device, type, overwrite));
    }

    private static @Nullable ProblemCode code(@Nullable Result result) {
        return result instanceof Result.CommandFailed(var problem) ? problem.code() : null;
    }

    private String fileSystem() throws Exception {
        return String.valueOf(run("blkid", "-p", "-o", "value", "-s", "TYPE", device));
    }

    @Test
    void isBuiltStartedUsedStoppedAndReleased() throws Exception {
        assertThat(bench.run(build("ext4", false))).isInstanceOf(Result.PoolBuilt.class);
        assertThat(bench.run(new Command.StartPool(place, false)))
                .isInstanceOfSatisfying(
                        Result.PoolStarted.class,
                        started -> assertThat(started.figures().capacity()).isLessThan(320 << 20));
        assertThat(run("findmnt", "-n", "-o", "OPTIONS", path.toString()))
                .contains("nodev", "nosuid", "noexec");
        var pool = new TestPool(place);
        var volume = UUID.randomUUID();
        assertThat(bench.run(pool.create(volume, "disk"))).isInstanceOf(Result.VolumeCreated.class);

        assertThat(bench.run(new Command.StopPool(place))).isEqualTo(new Result.PoolStopped());
        assertThat(path).isEmptyDirectory();
        assertThat(bench.run(new Command.StopPool(place))).isEqualTo(new Result.PoolStopped());

        assertThat(bench.run(new Command.StartPool(place("ext4", 2), true)))
                .isInstanceOf(Result.PoolStarted.class);
        assertThat(pool.file("disk")).exists();
        place = place("ext4", 2);
        assertThat(bench.run(new Command.StopPool(place))).isEqualTo(new Result.PoolStopped());
        place = place("ext4", 3);
        assertThat(bench.run(new Command.ReleasePool(place))).isEqualTo(new Result.PoolReleased());
        assertThat(path).isEmptyDirectory();
        assertThat(run("debugfs", "-R", "stat /.cistern/pool", device)).contains("not found");
    }

    @Test
    void isNotMadeOverWhatIsThereUnlessToldSo() throws Exception {
        assertThat(run("mkfs", "-t", "ext4", "-q", device)).isNotNull();

        assertThat(code(bench.run(build("xfs", false)))).isEqualTo(ProblemCode.POOL_NOT_EMPTY);
        assertThat(fileSystem()).isEqualTo("ext4");

        assertThat(bench.run(build("xfs", true))).isInstanceOf(Result.PoolBuilt.class);
        assertThat(fileSystem()).isEqualTo("xfs");
    }

    @Test
    void isMadeOnceHoweverOftenTheCommandComes() throws Exception {
        var operation = UUID.randomUUID();
        bench.run(operation, 1, build("ext4", true));
        bench.run(new Command.StartPool(place, false));
        Files.writeString(path.resolve("file"), "the user's");
        Mounts.unmount(place);

        assertThat(bench.run(operation, 2, build("ext4", true)))
                .isInstanceOf(Result.PoolBuilt.class);

        Mounts.mount(place);
        assertThat(path.resolve("file")).hasContent("the user's");
    }

    @Test
    void isMountedAgainByTheNextCommandUnlessItWasStopped() throws Exception {
        bench.run(build("ext4", false));
        bench.run(new Command.StartPool(place, false));
        Mounts.unmount(place);
        var pool = new TestPool(place);

        assertThat(bench.run(pool.create(UUID.randomUUID(), "one")))
                .as("as if this were another worker than the one that started it")
                .isInstanceOf(Result.VolumeCreated.class);

        bench.run(new Command.StopPool(place));
        assertThat(code(bench.run(pool.create(UUID.randomUUID(), "late"))))
                .isEqualTo(ProblemCode.POOL_INACCESSIBLE);
        assertThat(path).isEmptyDirectory();
    }

    @Test
    void isNotStartedWhereAnotherDeviceIsMounted() throws Exception {
        bench.run(build("ext4", false));
        var other =
                new PoolPlace(
                        place.poolId(),
                        place.installation(),
                        1,
                        place.path(),
                        new PoolMount("/dev/loop-control", "ext4", List.of()));
        bench.run(new Command.StartPool(place, false));

        assertThat(code(bench.run(new Command.StartPool(other, false))))
                .isEqualTo(ProblemCode.POOL_INACCESSIBLE);
    }

    @Test
    void isDeletedWithItsDeviceOverwritten() throws Exception {
        bench.run(build("ext4", false));

        assertThat(bench.run(new Command.DeletePool(place, device)))
                .isEqualTo(new Result.PoolDeleted());

        assertThat(path).doesNotExist();
        assertThat(run("cmp", "-n", Integer.toString(320 << 20), device, "/dev/zero")).isEmpty();
    }
}
