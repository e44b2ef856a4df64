package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.CommandMessage;
import dev.cistern.common.message.ImageRef;
import dev.cistern.common.message.Owner;
import dev.cistern.common.message.PoolPlace;
import dev.cistern.common.message.Result;
import dev.cistern.common.message.SnapshotRef;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A process stops at each named place of each command, and another one gets the command again: the
 * effect is there once, and nothing is left over.
 */
class CrashTest {
    @TempDir Path folder;

    /** A command in a pool that is ready for it, and what must be so afterwards. */
    interface Scene {
        Command prepare(TestPool pool, Workbench bench) throws Exception;

        void check(TestPool pool, Result result) throws Exception;
    }

    private static final UUID VOLUME = UUID.randomUUID();
    private static final UUID SETTLED = UUID.randomUUID();
    private static final PoolPlace NOWHERE =
            new PoolPlace(UUID.randomUUID(), UUID.randomUUID(), 1, "/nowhere");

    private static final ImageRef DISK = new ImageRef("disk", "qcow2", 1L);
    private static final SnapshotRef BEFORE =
            new SnapshotRef(
                    UUID.randomUUID(), "before", Instant.parse("2026-11-23T21:00:00.5Z"), null);

    /** One command of each type: the catalogue. */
    private static List<Command> catalogue() {
        var pool = new TestPool(NOWHERE);
        var create = pool.create(VOLUME, "disk");
        var here =
                List.<Command>of(
                        create,
                        pool.delete(VOLUME, "disk", null),
                        resize(pool, DISK),
                        new Command.CheckVolume(NOWHERE, VOLUME, 2, DISK, Command.Repair.ALL),
                        new Command.CreateSnapshot(NOWHERE, VOLUME, 2, DISK, BEFORE),
                        new Command.DeleteSnapshot(NOWHERE, VOLUME, 3, DISK, BEFORE),
                        new Command.RevertToSnapshot(NOWHERE, VOLUME, 3, DISK, BEFORE),
                        pool.settle(SETTLED, create));
        return Stream.of(
                        PoolScenes.commands(pool),
                        here,
                        VolumeScenes.commands(pool),
                        CopyScenes.commands(pool),
                        SealedScenes.commands(pool),
                        TransferScenes.commands(pool))
                .flatMap(List::stream)
                .toList();
    }

    private static Command.ResizeVolume resize(TestPool pool, ImageRef image) {
        return new Command.ResizeVolume(pool.place(), VOLUME, 2, image, 3 << 20, false, false);
    }

    private static Scene scene(Command command) {
        return switch (command) {
            case Command.BuildPool _ -> new PoolScenes.Building();
            case Command.StartPool _ -> new PoolScenes.Starting();
            case Command.StopPool _ -> new PoolScenes.Stopping();
            case Command.ReleasePool _ -> new PoolScenes.Releasing();
            case Command.DeletePool _ -> new PoolScenes.Removing();
            case Command.ScanPool _ -> new PoolScenes.Scanning();
            case Command.LookAtFile _ -> new PoolScenes.Looking();
            case Command.CreateVolume _ -> new Creating();
            case Command.DeleteVolume _ -> new Deleting();
            case Command.CloneVolume _ -> new VolumeScenes.Cloning();
            case Command.MoveVolume _ -> new VolumeScenes.Moving();
            case Command.TrashVolume _ -> new VolumeScenes.Trashing();
            case Command.RestoreVolume _ -> new VolumeScenes.Restoring();
            case Command.AdoptFile _ -> new VolumeScenes.Adopting();
            case Command.PurgeLeftover _ -> new VolumeScenes.Purging();
            case Command.FlattenVolume _ -> new VolumeScenes.Flattening();
            case Command.CommitVolume _ -> new VolumeScenes.Committing();
            case Command.WipeVolume _ -> new VolumeScenes.Wiping();
            case Command.CompactVolume _ -> new VolumeScenes.Compacting();
            case Command.ConvertVolume _ -> new VolumeScenes.Converting();
            case Command.KeepCopy _ -> new CopyScenes.Keeping();
            case Command.DropCopy _ -> new CopyScenes.Dropping();
            case Command.ReturnToCopy _ -> new CopyScenes.Returning();
            case Command.SealImage _ -> new SealedScenes.Sealing();
            case Command.DropSealed _ -> new SealedScenes.Dropping();
            case Command.ReturnToSealed _ -> new SealedScenes.Returning();
            case Command.DownloadVolume _ -> new TransferScenes.Downloading();
            case Command.UploadVolume _ -> new TransferScenes.Uploading();
            case Command.RenameVolume _ -> new VolumeScenes.Renaming();
            case Command.ResizeVolume _ -> new Resizing();
            case Command.CheckVolume _ -> new Checking();
            case Command.CreateSnapshot _ -> new TakingSnapshot();
            case Command.DeleteSnapshot _ -> new DeletingSnapshot();
            case Command.RevertToSnapshot _ -> new Reverting();
            case Command.Settle _ -> new Settling();
        };
    }

    private static Stream<Class<?>> leaves(Class<?> type) {
        return type.isSealed()
                ? Arrays.stream(type.getPermittedSubclasses()).flatMap(CrashTest::leaves)
                : Stream.of(type);
    }

    @Test
    void everyCommandHasAHandlerAndACase() {
        assertThat(catalogue())
                .extracting(command -> (Object) command.getClass())
                .containsExactlyInAnyOrderElementsOf(leaves(Command.class).toList());
        try (var bench = new Workbench()) {
            assertThat(catalogue())
                    .allSatisfy(
                            command ->
                                    assertThat(bench.commands.crashPoints(command))
                                            .startsWith("command-taken")
                                            .endsWith("result-sent"));
        }
    }

    static Stream<String> places() {
        try (var bench = new Workbench()) {
            return catalogue().stream()
                    .flatMap(
                            command ->
                                    bench.commands.crashPoints(command).stream()
                                            .map(point -> command.kind() + ":" + point))
                    .toList()
                    .stream();
        }
    }

    @Execution(ExecutionMode.CONCURRENT)
    @ParameterizedTest(name = "{0}")
    @MethodSource("places")
    void theEffectIsThereOnce(String place) throws Exception {
        var kind = place.substring(0, place.indexOf(':'));
        var scene =
                scene(
                        catalogue().stream()
                                .filter(command -> command.kind().equals(kind))
                                .findFirst()
                                .orElseThrow());
        try (var bench = new Workbench()) {
            var pool = TestPool.in(folder.resolve("pool"));
            var command = scene.prepare(pool, bench);
            var operation = UUID.randomUUID();

            CrashedProcess.at(
                    folder, place, new CommandMessage(operation, 1, Owner.VOLUME, null, command));
            var result = bench.run(operation, 2, command);

            assertThat(result).isNotNull();
            scene.check(pool, Objects.requireNonNull(result));
            if (Files.exists(pool.house("staging"))) {
                assertThat(pool.staged()).isEmpty();
                assertThat(pool.trashed()).isEmpty();
            }
        }
    }

    private static final class Creating implements Scene {
        @Override
        public Command prepare(TestPool pool, Workbench bench) throws Exception {
            bench.run(new Command.StartPool(pool.place(), false));
            return pool.create(VOLUME, "disk");
        }

        @Override
        public void check(TestPool pool, Result result) throws Exception {
            assertThat(pool.files()).containsExactly("disk");
            var inode = TestPool.inode(pool.file("disk"));
            assertThat(result)
                    .isInstanceOfSatisfying(
                            Result.VolumeCreated.class,
                            created -> assertThat(created.file().inode()).isEqualTo(inode));
            assertThat(pool.volume(VOLUME).inode()).isEqualTo(inode);
        }
    }

    private static final class Deleting implements Scene {
        @Override
        public Command prepare(TestPool pool, Workbench bench) throws Exception {
            bench.run(new Command.StartPool(pool.place(), false));
            bench.run(pool.create(VOLUME, "disk"));
            Files.writeString(pool.file("other"), "the user's");
            return pool.delete(VOLUME, "disk", TestPool.inode(pool.file("disk")));
        }

        @Override
        public void check(TestPool pool, Result result) throws Exception {
            assertThat(result).isEqualTo(new Result.VolumeDeleted(VOLUME));
            assertThat(pool.files()).containsExactly("other");
            assertThat(pool.volume(VOLUME).deleted()).isTrue();
        }
    }

    private static final class Resizing implements Scene {
        @Override
        public Command prepare(TestPool pool, Workbench bench) throws Exception {
            bench.run(new Command.StartPool(pool.place(), false));
            bench.run(pool.create(VOLUME, "disk", "qcow2"));
            return resize(pool, pool.image("disk", "qcow2"));
        }

        @Override
        public void check(TestPool pool, Result result) throws Exception {
            assertThat(result).isInstanceOf(Result.VolumeChanged.class);
            assertThat(Qemu.capacity(pool.file("disk"))).isEqualTo(3 << 20);
            Qemu.img(pool.path(), "check", "-q", "-f", "qcow2", "disk");
            assertThat(pool.volume(VOLUME).generation()).isEqualTo(2);
        }
    }

    private static ImageRef disk(TestPool pool, Workbench bench) throws Exception {
        bench.run(new Command.StartPool(pool.place(), false));
        bench.run(pool.create(VOLUME, "disk", "qcow2"));
        return pool.image("disk", "qcow2");
    }

    private static ImageRef diskWithSnapshot(TestPool pool, Workbench bench) throws Exception {
        var disk = disk(pool, bench);
        bench.run(new Command.CreateSnapshot(pool.place(), VOLUME, 2, disk, BEFORE));
        Qemu.io(pool.path(), "qcow2", "disk", "write -P 7 0 64k");
        return disk;
    }

    private static void requireSound(TestPool pool) throws Exception {
        Qemu.img(pool.path(), "check", "-q", "-f", "qcow2", "disk");
    }

    private static final class Checking implements Scene {
        @Override
        public Command prepare(TestPool pool, Workbench bench) throws Exception {
            return new Command.CheckVolume(
                    pool.place(), VOLUME, 2, disk(pool, bench), Command.Repair.ALL);
        }

        @Override
        public void check(TestPool pool, Result result) throws Exception {
            assertThat(result).isInstanceOf(Result.VolumeChecked.class);
            requireSound(pool);
        }
    }

    private static final class TakingSnapshot implements Scene {
        @Override
        public Command prepare(TestPool pool, Workbench bench) throws Exception {
            return new Command.CreateSnapshot(pool.place(), VOLUME, 2, disk(pool, bench), BEFORE);
        }

        @Override
        public void check(TestPool pool, Result result) throws Exception {
            assertThat(result).isInstanceOf(Result.VolumeChanged.class);
            assertThat(Qemu.snapshots(pool.file("disk"))).containsExactly("before");
            requireSound(pool);
        }
    }

    private static final class DeletingSnapshot implements Scene {
        @Override
        public Command prepare(TestPool pool, Workbench bench) throws Exception {
            var disk = diskWithSnapshot(pool, bench);
            return new Command.DeleteSnapshot(pool.place(), VOLUME, 3, disk, BEFORE);
        }

        @Override
        public void check(TestPool pool, Result result) throws Exception {
            assertThat(result).isInstanceOf(Result.VolumeChanged.class);
            assertThat(Qemu.snapshots(pool.file("disk"))).isEmpty();
            requireSound(pool);
        }
    }

    private static final class Reverting implements Scene {
        @Override
        public Command prepare(TestPool pool, Workbench bench) throws Exception {
            var disk = diskWithSnapshot(pool, bench);
            return new Command.RevertToSnapshot(pool.place(), VOLUME, 3, disk, BEFORE);
        }

        @Override
        public void check(TestPool pool, Result result) throws Exception {
            assertThat(result).isInstanceOf(Result.VolumeChanged.class);
            Qemu.io(pool.path(), "qcow2", "disk", "read -P 0 0 64k");
            assertThat(Qemu.snapshots(pool.file("disk"))).containsExactly("before");
            requireSound(pool);
        }
    }

    private static final class Settling implements Scene {
        @Override
        public Command prepare(TestPool pool, Workbench bench) throws Exception {
            bench.run(new Command.StartPool(pool.place(), false));
            return pool.settle(SETTLED, pool.create(VOLUME, "disk"));
        }

        @Override
        public void check(TestPool pool, Result result) throws Exception {
            assertThat(result).isEqualTo(new Result.Settled(SETTLED, null));
            assertThat(pool.files()).isEmpty();
            assertThat(pool.entry(SETTLED).settled()).isTrue();
        }
    }
}
