package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.CloneStrategy;
import dev.cistern.common.message.Command;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.message.ImageRef;
import dev.cistern.common.message.ImageSource;
import dev.cistern.common.message.Leftover;
import dev.cistern.common.message.PoolPlace;
import dev.cistern.common.message.Result;
import dev.cistern.common.message.WipeAlgorithm;
import dev.cistern.worker.command.CrashTest.Scene;
import java.nio.file.Files;
import java.util.List;
import java.util.UUID;

/** Commands that make volumes of others, and change what they are called. */
final class VolumeScenes {
    private static final UUID SOURCE = UUID.randomUUID();
    private static final UUID VOLUME = UUID.randomUUID();

    private static final PoolPlace NOWHERE =
            new PoolPlace(UUID.randomUUID(), UUID.randomUUID(), 1, "/nowhere");

    private static final UUID FORGOTTEN = UUID.randomUUID();
    private static final String KEPT = "kept-" + FORGOTTEN;

    private VolumeScenes() {}

    /** One of each type. */
    static List<Command> commands(TestPool pool) {
        var raw = new ImageRef("disk", "raw", 1L);
        var qcow2 = new ImageRef("disk", "qcow2", 1L);
        var base = new ImageRef("base", "qcow2", 2L);
        return List.of(
                clone(pool, base),
                move(pool, pool, qcow2),
                trash(pool, raw),
                restore(pool, raw),
                adopt(pool, 1),
                new Command.PurgeLeftover(pool.place(), Leftover.Room.KEPT, KEPT, 1),
                flatten(pool, qcow2),
                commit(pool, qcow2, base),
                wipe(pool, qcow2),
                compact(pool, qcow2),
                convert(pool, qcow2),
                rename(pool, raw));
    }

    static Command.CloneVolume clone(TestPool pool, ImageRef base) {
        return new Command.CloneVolume(
                pool.place(),
                VOLUME,
                1,
                "copy",
                "qcow2",
                TestPool.MODE,
                new ImageSource(pool.place(), SOURCE, base),
                CloneStrategy.LINKED,
                null);
    }

    static Command.RenameVolume rename(TestPool pool, ImageRef image) {
        return new Command.RenameVolume(pool.place(), VOLUME, 2, image, "renamed");
    }

    static Command.FlattenVolume flatten(TestPool pool, ImageRef image) {
        return new Command.FlattenVolume(pool.place(), VOLUME, 2, image);
    }

    static Command.CommitVolume commit(TestPool pool, ImageRef image, ImageRef base) {
        return new Command.CommitVolume(pool.place(), VOLUME, 2, image, SOURCE, base);
    }

    static Command.CompactVolume compact(TestPool pool, ImageRef image) {
        return new Command.CompactVolume(pool.place(), VOLUME, 2, image);
    }

    static Command.ConvertVolume convert(TestPool pool, ImageRef image) {
        return new Command.ConvertVolume(pool.place(), VOLUME, 2, image, "raw", ImageOptions.USUAL);
    }

    /** Makes the image {@code top} over {@code base}, each with something of its own. */
    private static void chain(TestPool pool, Workbench bench) throws Exception {
        bench.run(new Command.StartPool(pool.place(), false));
        bench.run(pool.create(SOURCE, "base", "qcow2"));
        Qemu.io(pool.file("base"), "qcow2", "write -P 0x11 0 128k");
        Qemu.img(pool.path(), "create", "-q", "-f", "qcow2", "-b", "base", "-F", "qcow2", "top");
        Qemu.io(pool.file("top"), "qcow2", "write -P 0x22 64k 128k");
    }

    private static void checkChain(TestPool pool) throws Exception {
        Qemu.img(pool.path(), "check", "-q", "top");
        Qemu.io(pool.file("top"), "qcow2", "read -P 0x11 0 64k");
        Qemu.io(pool.file("top"), "qcow2", "read -P 0x22 64k 128k");
        assertThat(pool.files()).containsExactly("base", "top");
    }

    static Command.MoveVolume move(TestPool pool, TestPool from, ImageRef image) {
        return new Command.MoveVolume(
                pool.place(), VOLUME, 2, from.place(), image, "disk", TestPool.MODE);
    }

    static final class Moving implements Scene {
        private TestPool from = new TestPool(NOWHERE);

        @Override
        public Command prepare(TestPool pool, Workbench bench) throws Exception {
            bench.run(new Command.StartPool(pool.place(), false));
            from = TestPool.started(pool.path().resolveSibling("from"), bench);
            bench.run(from.create(VOLUME, "disk", "qcow2"));
            Qemu.io(from.file("disk"), "qcow2", "write -P 0x11 0 128k");
            return move(pool, from, from.image("disk", "qcow2"));
        }

        @Override
        public void check(TestPool pool, Result result) throws Exception {
            assertThat(result).isInstanceOf(Result.VolumeMoved.class);
            assertThat(from.files()).isEmpty();
            assertThat(from.trashed()).isEmpty();
            assertThat(from.volume(VOLUME).deleted()).isTrue();
            assertThat(pool.files()).containsExactly("disk");
            Qemu.io(pool.file("disk"), "qcow2", "read -P 0x11 0 128k");
            assertThat(pool.volume(VOLUME).inode()).isEqualTo(TestPool.inode(pool.file("disk")));
        }
    }

    static Command.TrashVolume trash(TestPool pool, ImageRef image) {
        return new Command.TrashVolume(pool.place(), VOLUME, 2, image);
    }

    static Command.RestoreVolume restore(TestPool pool, ImageRef image) {
        return new Command.RestoreVolume(pool.place(), VOLUME, 3, image);
    }

    static final class Trashing implements Scene {
        @Override
        public Command prepare(TestPool pool, Workbench bench) throws Exception {
            bench.run(new Command.StartPool(pool.place(), false));
            bench.run(pool.create(VOLUME, "disk"));
            return trash(pool, pool.image("disk", "raw"));
        }

        @Override
        public void check(TestPool pool, Result result) throws Exception {
            assertThat(result).isEqualTo(new Result.VolumeTrashed(VOLUME));
            assertThat(pool.files()).isEmpty();
            var kept = pool.house("trash").resolve("kept-" + VOLUME);
            assertThat(kept).exists();
            Files.delete(kept);
        }
    }

    static final class Restoring implements Scene {
        @Override
        public Command prepare(TestPool pool, Workbench bench) throws Exception {
            var trash = new Trashing().prepare(pool, bench);
            var image = pool.image("disk", "raw");
            bench.run(trash);
            return restore(pool, image);
        }

        @Override
        public void check(TestPool pool, Result result) throws Exception {
            assertThat(result).isInstanceOf(Result.VolumeChanged.class);
            assertThat(pool.files()).containsExactly("disk");
        }
    }

    static Command.AdoptFile adopt(TestPool pool, long inode) {
        return new Command.AdoptFile(pool.place(), VOLUME, 1, "found", inode, KEPT);
    }

    /** Puts the file of a volume aside that nobody knows any more. */
    private static long forget(TestPool pool, Workbench bench) throws Exception {
        bench.run(new Command.StartPool(pool.place(), false));
        bench.run(pool.create(FORGOTTEN, "disk"));
        Files.writeString(pool.file("disk"), "QFI\u00fb is what a guest wrote");
        var image = pool.image("disk", "raw");
        bench.run(new Command.TrashVolume(pool.place(), FORGOTTEN, 2, image));
        return TestPool.inode(pool.house("trash").resolve(KEPT));
    }

    static final class Adopting implements Scene {
        @Override
        public Command prepare(TestPool pool, Workbench bench) throws Exception {
            return adopt(pool, forget(pool, bench));
        }

        @Override
        public void check(TestPool pool, Result result) throws Exception {
            assertThat(result)
                    .isInstanceOfSatisfying(
                            Result.VolumeChanged.class,
                            changed -> assertThat(changed.file().format()).isEqualTo("raw"));
            assertThat(pool.files()).containsExactly("found");
            assertThat(pool.volume(VOLUME).inode()).isEqualTo(TestPool.inode(pool.file("found")));
            assertThat(pool.volume(FORGOTTEN).deleted()).isTrue();
        }
    }

    static final class Purging implements Scene {
        @Override
        public Command prepare(TestPool pool, Workbench bench) throws Exception {
            var inode = forget(pool, bench);
            return new Command.PurgeLeftover(pool.place(), Leftover.Room.KEPT, KEPT, inode);
        }

        @Override
        public void check(TestPool pool, Result result) throws Exception {
            assertThat(result).isEqualTo(new Result.LeftoverPurged());
            assertThat(pool.files()).isEmpty();
        }
    }

    static final class Flattening implements Scene {
        @Override
        public Command prepare(TestPool pool, Workbench bench) throws Exception {
            chain(pool, bench);
            return flatten(pool, pool.image("top", "qcow2"));
        }

        @Override
        public void check(TestPool pool, Result result) throws Exception {
            assertThat(result)
                    .isInstanceOfSatisfying(
                            Result.VolumeChanged.class,
                            changed -> assertThat(changed.file().backingFile()).isNull());
            checkChain(pool);
        }
    }

    static final class Committing implements Scene {
        @Override
        public Command prepare(TestPool pool, Workbench bench) throws Exception {
            chain(pool, bench);
            return commit(pool, pool.image("top", "qcow2"), pool.image("base", "qcow2"));
        }

        @Override
        public void check(TestPool pool, Result result) throws Exception {
            assertThat(result).isInstanceOf(Result.VolumeCommitted.class);
            checkChain(pool);
            Qemu.img(pool.path(), "compare", "base", "top");
            Qemu.img(pool.path(), "check", "-q", "base");
        }
    }

    static Command.WipeVolume wipe(TestPool pool, ImageRef image) {
        return new Command.WipeVolume(pool.place(), VOLUME, 2, image, WipeAlgorithm.DOD);
    }

    static final class Wiping implements Scene {
        @Override
        public Command prepare(TestPool pool, Workbench bench) throws Exception {
            bench.run(new Command.StartPool(pool.place(), false));
            bench.run(pool.create(VOLUME, "disk", "qcow2"));
            Qemu.io(pool.file("disk"), "qcow2", "write -P 0x11 0 128k");
            return wipe(pool, pool.image("disk", "qcow2"));
        }

        @Override
        public void check(TestPool pool, Result result) throws Exception {
            assertThat(result).isInstanceOf(Result.VolumeChanged.class);
            Qemu.img(pool.path(), "check", "-q", "disk");
            Qemu.io(pool.file("disk"), "qcow2", "read -P 0xff 0 128k");
        }
    }

    static final class Compacting implements Scene {
        @Override
        public Command prepare(TestPool pool, Workbench bench) throws Exception {
            chain(pool, bench);
            Qemu.io(pool.file("top"), "qcow2", "write -P 0 512k 128k");
            return compact(pool, pool.image("top", "qcow2"));
        }

        @Override
        public void check(TestPool pool, Result result) throws Exception {
            assertThat(result).isInstanceOf(Result.VolumeChanged.class);
            checkChain(pool);
            assertThat(Qemu.img(pool.path(), "map", "--output=json", "top"))
                    .contains(
                            "\"start\": 524288, \"length\": 131072, \"depth\": 0, \"present\": true, \"zero\": true, \"data\": false");
        }
    }

    static final class Converting implements Scene {
        @Override
        public Command prepare(TestPool pool, Workbench bench) throws Exception {
            chain(pool, bench);
            return convert(pool, pool.image("top", "qcow2"));
        }

        @Override
        public void check(TestPool pool, Result result) throws Exception {
            var inode = TestPool.inode(pool.file("top"));
            assertThat(result)
                    .isInstanceOfSatisfying(
                            Result.VolumeChanged.class,
                            changed -> {
                                assertThat(changed.file().format()).isEqualTo("raw");
                                assertThat(changed.file().inode()).isEqualTo(inode);
                            });
            Qemu.io(pool.file("top"), "raw", "read -P 0x11 0 64k");
            Qemu.io(pool.file("top"), "raw", "read -P 0x22 64k 128k");
            assertThat(pool.files()).containsExactly("base", "top");
            assertThat(pool.volume(VOLUME).format()).isEqualTo("raw");
            assertThat(pool.volume(VOLUME).inode()).isEqualTo(inode);
        }
    }

    static final class Cloning implements Scene {
        @Override
        public Command prepare(TestPool pool, Workbench bench) throws Exception {
            bench.run(new Command.StartPool(pool.place(), false));
            bench.run(pool.create(SOURCE, "base", "qcow2"));
            return VolumeScenes.clone(pool, pool.image("base", "qcow2"));
        }

        @Override
        public void check(TestPool pool, Result result) throws Exception {
            assertThat(pool.files()).containsExactly("base", "copy");
            assertThat(result)
                    .isInstanceOfSatisfying(
                            Result.VolumeCloned.class,
                            cloned ->
                                    assertThat(cloned.strategy()).isEqualTo(CloneStrategy.LINKED));
            Qemu.img(pool.path(), "compare", "base", "copy");
            assertThat(pool.volume(VOLUME).inode()).isEqualTo(TestPool.inode(pool.file("copy")));
        }
    }

    static final class Renaming implements Scene {
        @Override
        public Command prepare(TestPool pool, Workbench bench) throws Exception {
            bench.run(new Command.StartPool(pool.place(), false));
            bench.run(pool.create(VOLUME, "disk"));
            return rename(pool, pool.image("disk", "raw"));
        }

        @Override
        public void check(TestPool pool, Result result) throws Exception {
            assertThat(result).isInstanceOf(Result.VolumeChanged.class);
            assertThat(pool.files()).containsExactly("renamed");
            assertThat(pool.volume(VOLUME).name()).isEqualTo("renamed");
            assertThat(pool.volume(VOLUME).generation()).isEqualTo(2);
        }
    }
}
