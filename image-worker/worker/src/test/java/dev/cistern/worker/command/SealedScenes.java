package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.ImageRef;
import dev.cistern.common.message.Result;
import dev.cistern.common.message.SealedFile;
import dev.cistern.common.message.SnapshotRef;
import dev.cistern.worker.command.CrashTest.Scene;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** Commands about snapshots that are files which others are over. */
final class SealedScenes {
    private static final UUID VOLUME = UUID.randomUUID();
    static final SnapshotRef BEFORE = snapshot("before");

    private SealedScenes() {}

    static SnapshotRef snapshot(String name) {
        return new SnapshotRef(
                UUID.randomUUID(), name, Instant.parse("2026-11-23T21:00:00.5Z"), null);
    }

    /** One of each type. */
    static List<Command> commands(TestPool pool) {
        var disk = new ImageRef("disk", "qcow2", 1L);
        return List.of(
                seal(pool, VOLUME, disk, BEFORE),
                drop(pool, VOLUME, disk, BEFORE),
                back(pool, VOLUME, disk, BEFORE));
    }

    static Command.SealImage seal(
            TestPool pool, UUID volume, ImageRef image, SnapshotRef snapshot) {
        return new Command.SealImage(pool.place(), volume, 2, image, snapshot);
    }

    static Command.DropSealed drop(
            TestPool pool, UUID volume, ImageRef image, SnapshotRef snapshot) {
        return new Command.DropSealed(pool.place(), volume, 3, image, snapshot);
    }

    static Command.ReturnToSealed back(
            TestPool pool, UUID volume, ImageRef image, SnapshotRef snapshot) {
        return new Command.ReturnToSealed(pool.place(), volume, 3, image, snapshot);
    }

    static String sealed(UUID volume, SnapshotRef snapshot) {
        return SealedFile.name(volume, snapshot.id(), "qcow2");
    }

    /** A volume over an image that is another's. */
    static ImageRef disk(TestPool pool, UUID volume, Workbench bench) throws Exception {
        Qemu.img(pool.path(), "create", "-q", "-f", "qcow2", "base", "1M");
        Qemu.io(pool.file("base"), "qcow2", "write -P 9 512k 64k");
        bench.run(pool.create(volume, "disk", "qcow2"));
        Qemu.img(
                pool.path(),
                "rebase",
                "-q",
                "-u",
                "-f",
                "qcow2",
                "-F",
                "qcow2",
                "-b",
                "base",
                "disk");
        Qemu.io(pool.file("disk"), "qcow2", "write -P 1 0 64k");
        return pool.image("disk", "qcow2");
    }

    private static ImageRef ready(TestPool pool, Workbench bench) throws Exception {
        bench.run(new Command.StartPool(pool.place(), false));
        return disk(pool, VOLUME, bench);
    }

    private static ImageRef diskWithSnapshot(TestPool pool, Workbench bench) throws Exception {
        assertThat(bench.run(seal(pool, VOLUME, ready(pool, bench), BEFORE)))
                .isInstanceOf(Result.VolumeChanged.class);
        Qemu.io(pool.file("disk"), "qcow2", "write -P 2 64k 64k");
        return pool.image("disk", "qcow2");
    }

    private static void requireChain(TestPool pool, String... files) throws Exception {
        assertThat(Qemu.chain(pool.file("disk"))).containsExactly(files);
        for (var file : files) {
            Qemu.img(pool.path(), "check", "-q", "-f", "qcow2", file);
        }
        Qemu.io(pool.file("disk"), "qcow2", "read -P 1 0 64k");
        Qemu.io(pool.file("disk"), "qcow2", "read -P 9 512k 64k");
        assertThat(pool.volume(VOLUME).inode()).isEqualTo(TestPool.inode(pool.file("disk")));
    }

    static final class Sealing implements Scene {
        @Override
        public Command prepare(TestPool pool, Workbench bench) throws Exception {
            return seal(pool, VOLUME, ready(pool, bench), BEFORE);
        }

        @Override
        public void check(TestPool pool, Result result) throws Exception {
            assertThat(result).isInstanceOf(Result.VolumeChanged.class);
            var sealed = sealed(VOLUME, BEFORE);
            requireChain(pool, "disk", sealed, "base");
            assertThat(pool.files()).containsExactly(sealed, "base", "disk");
            assertThat(pool.volume(VOLUME).generation()).isEqualTo(2);
        }
    }

    static final class Dropping implements Scene {
        @Override
        public Command prepare(TestPool pool, Workbench bench) throws Exception {
            return drop(pool, VOLUME, diskWithSnapshot(pool, bench), BEFORE);
        }

        @Override
        public void check(TestPool pool, Result result) throws Exception {
            assertThat(result).isInstanceOf(Result.VolumeChanged.class);
            requireChain(pool, "disk", "base");
            Qemu.io(pool.file("disk"), "qcow2", "read -P 2 64k 64k");
            assertThat(pool.files()).containsExactly("base", "disk");
        }
    }

    static final class Returning implements Scene {
        @Override
        public Command prepare(TestPool pool, Workbench bench) throws Exception {
            return back(pool, VOLUME, diskWithSnapshot(pool, bench), BEFORE);
        }

        @Override
        public void check(TestPool pool, Result result) throws Exception {
            assertThat(result).isInstanceOf(Result.VolumeChanged.class);
            var sealed = sealed(VOLUME, BEFORE);
            requireChain(pool, "disk", sealed, "base");
            Qemu.io(pool.file("disk"), "qcow2", "read -P 0 64k 64k");
            assertThat(pool.files()).containsExactly(sealed, "base", "disk");
        }
    }
}
