package dev.cistern.worker.command;

import static dev.cistern.worker.command.CreateVolumeTest.code;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Permissions;
import dev.cistern.common.message.PoolPlace;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PoolCommandsTest {
    @TempDir Path folder;
    private final Workbench bench = new Workbench();

    @AfterEach
    void stop() {
        bench.close();
    }

    private static PoolPlace epoch(PoolPlace place, long epoch) {
        return new PoolPlace(place.poolId(), place.installation(), epoch, place.path());
    }

    @Test
    void buildsTheFolderWithThoseAboveItTwice() throws Exception {
        var path = folder.resolve("a/b/pool");
        var place = new PoolPlace(UUID.randomUUID(), UUID.randomUUID(), 0, path.toString());
        var build = new Command.BuildPool(place, new Permissions(-1, -1, 0751));

        var built = bench.run(build);
        assertThat(bench.run(build)).isEqualTo(built);

        assertThat(built)
                .isInstanceOfSatisfying(
                        Result.PoolBuilt.class, result -> requireOf(result.folder(), path, 0751));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rwxr-x--x");
    }

    private static void requireOf(@Nullable Permissions told, Path path, int mode) {
        try {
            assertThat(told)
                    .isEqualTo(
                            new Permissions(
                                    (Integer) Files.getAttribute(path, "unix:uid"),
                                    (Integer) Files.getAttribute(path, "unix:gid"),
                                    mode));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void doesNotBuildOverAFile() throws Exception {
        var file = Files.writeString(folder.resolve("file"), "the user's");
        var place = new PoolPlace(UUID.randomUUID(), UUID.randomUUID(), 0, file.toString());

        assertThat(code(bench.run(new Command.BuildPool(place, Permissions.POOL_DEFAULT))))
                .isEqualTo(ProblemCode.POOL_INACCESSIBLE);
        assertThat(file).hasContent("the user's");
    }

    @Test
    void startsTwiceAndTellsFigures() throws Exception {
        var pool = TestPool.in(folder);

        assertThat(bench.run(new Command.StartPool(pool.place(), false)))
                .isInstanceOfSatisfying(
                        Result.PoolStarted.class,
                        started -> {
                            assertThat(started.figures().capacity()).isPositive();
                            assertThat(started.figures().available())
                                    .isLessThanOrEqualTo(started.figures().capacity());
                        });
        assertThat(bench.run(new Command.StartPool(pool.place(), true)))
                .isInstanceOf(Result.PoolStarted.class);
    }

    @Test
    void refusesToStartWhatIsNoFolder() throws Exception {
        var file = Files.writeString(folder.resolve("file"), "the user's");
        var place = new PoolPlace(UUID.randomUUID(), UUID.randomUUID(), 0, file.toString());

        assertThat(code(bench.run(new Command.StartPool(place, false))))
                .isEqualTo(ProblemCode.POOL_INACCESSIBLE);
        assertThat(code(bench.run(new Command.StartPool(epoch(place, 1), false))))
                .isEqualTo(ProblemCode.POOL_INACCESSIBLE);
    }

    @Test
    void refusesToStartInAnotherPoolsFolder() throws Exception {
        TestPool.started(folder, bench);
        var other = TestPool.in(folder);

        assertThat(code(bench.run(new Command.StartPool(other.place(), false))))
                .isEqualTo(ProblemCode.POOL_FOREIGN);
    }

    @Test
    void writesNothingWhenTheMarkerOfAnEarlierStartIsGone() throws Exception {
        var pool = TestPool.in(folder);

        assertThat(code(bench.run(new Command.StartPool(pool.place(), true))))
                .isEqualTo(ProblemCode.POOL_INACCESSIBLE);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void clearsWhatIsStagedOnlyWhenANewEpochBegins() throws Exception {
        var pool = TestPool.started(folder, bench);
        var left = Files.createDirectory(pool.house("staging").resolve(UUID.randomUUID() + ".1"));
        Files.writeString(left.resolve("image"), "half");

        bench.run(new Command.StartPool(pool.place(), true));
        assertThat(left).exists();

        bench.run(new Command.StartPool(epoch(pool.place(), 2), true));
        assertThat(pool.staged()).isEmpty();
    }

    @Test
    void refusesALateStart() throws Exception {
        var pool = TestPool.started(folder, bench);
        bench.run(new Command.StartPool(epoch(pool.place(), 3), true));

        assertThat(code(bench.run(new Command.StartPool(pool.place(), false))))
                .isEqualTo(ProblemCode.STALE);
    }

    @Test
    void stopsTwiceAndWatchesNoMore() throws Exception {
        var pool = TestPool.started(folder, bench);
        assertThat(bench.probes.watched()).containsExactly(pool.place());

        assertThat(bench.run(new Command.StopPool(pool.place())))
                .isEqualTo(new Result.PoolStopped());
        assertThat(bench.run(new Command.StopPool(pool.place())))
                .isEqualTo(new Result.PoolStopped());

        assertThat(bench.probes.watched()).isEmpty();
    }

    @Test
    void releasesTwiceAndKeepsTheRecordsOfVolumes() throws Exception {
        var pool = TestPool.started(folder, bench);
        var volume = UUID.randomUUID();
        bench.run(pool.create(volume, "disk"));

        assertThat(bench.run(new Command.ReleasePool(pool.place())))
                .isEqualTo(new Result.PoolReleased());
        assertThat(bench.run(new Command.ReleasePool(pool.place())))
                .isEqualTo(new Result.PoolReleased());

        assertThat(pool.house("pool")).doesNotExist();
        assertThat(pool.volume(volume).name()).isEqualTo("disk");
        assertThat(pool.files()).containsExactly("disk");
    }

    @Test
    void doesNotReleaseAnotherPoolsFolder() throws Exception {
        var pool = TestPool.started(folder, bench);

        bench.run(new Command.ReleasePool(TestPool.in(folder).place()));

        assertThat(pool.house("pool")).exists();
    }

    @Test
    void doesNotReleaseWhatWasStartedAnew() throws Exception {
        var pool = TestPool.started(folder, bench);
        bench.run(new Command.StartPool(epoch(pool.place(), 3), true));

        assertThat(code(bench.run(new Command.ReleasePool(pool.place()))))
                .isEqualTo(ProblemCode.STALE);
        assertThat(pool.house("pool")).exists();
    }

    @Test
    void refusesPathsThatAreNotPlain() throws Exception {
        for (var path : new String[] {"relative", folder + "/../x"}) {
            var place = new PoolPlace(UUID.randomUUID(), UUID.randomUUID(), 0, path);
            assertThat(code(bench.run(new Command.BuildPool(place, Permissions.POOL_DEFAULT))))
                    .isEqualTo(ProblemCode.INVALID_REQUEST);
        }
    }
}
