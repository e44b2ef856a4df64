package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.ImageRef;
import dev.cistern.common.message.Result;
import dev.cistern.common.message.SnapshotRef;
import dev.cistern.worker.command.CrashTest.Scene;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** Commands about snapshots that are copies. */
final class CopyScenes {
    private static final UUID VOLUME = UUID.randomUUID();
    static final SnapshotRef BEFORE =
            new SnapshotRef(
                    UUID.randomUUID(), "before", Instant.parse("2026-11-23T21:00:00.5Z"), null);

    private CopyScenes() {}

    /** One of each type. */
    static List<Command> commands(TestPool pool) {
        var disk = new ImageRef("disk", "raw", 1L);
        return List.of(
                keep(pool, VOLUME, disk), drop(pool, VOLUME, disk), back(pool, VOLUME, disk));
    }

    static Command.KeepCopy keep(TestPool pool, UUID volume, ImageRef image) {
        return new Command.KeepCopy(pool.place(), volume, 2, image, BEFORE);
    }

    static Command.DropCopy drop(TestPool pool, UUID volume, ImageRef image) {
        return new Command.DropCopy(pool.place(), volume, 3, image, BEFORE);
    }

    static Command.ReturnToCopy back(TestPool pool, UUID volume, ImageRef image) {
        return new Command.ReturnToCopy(pool.place(), volume, 3, image, BEFORE);
    }

    static Path copy(TestPool pool, UUID volume) {
        return pool.house("snapshots").resolve(volume.toString()).resolve(BEFORE.id().toString());
    }

    private static ImageRef disk(TestPool pool, Workbench bench) throws Exception {
        bench.run(new Command.StartPool(pool.place(), false));
        bench.run(pool.create(VOLUME, "disk"));
        Qemu.io(pool.file("disk"), "raw", "write -P 1 0 64k");
        return pool.image("disk", "raw");
    }

    private static ImageRef diskWithCopy(TestPool pool, Workbench bench) throws Exception {
        var disk = disk(pool, bench);
        bench.run(keep(pool, VOLUME, disk));
        Qemu.io(pool.file("disk"), "raw", "write -P 2 0 64k");
        return disk;
    }

    static final class Keeping implements Scene {
        @Override
        public Command prepare(TestPool pool, Workbench bench) throws Exception {
            return keep(pool, VOLUME, disk(pool, bench));
        }

        @Override
        public void check(TestPool pool, Result result) throws Exception {
            assertThat(result).isInstanceOf(Result.VolumeChanged.class);
            assertThat(pool.files()).containsExactly("disk");
            Qemu.io(copy(pool, VOLUME), "raw", "read -P 1 0 64k");
            assertThat(pool.volume(VOLUME).generation()).isEqualTo(2);
        }
    }

    static final class Dropping implements Scene {
        @Override
        public Command prepare(TestPool pool, Workbench bench) throws Exception {
            return drop(pool, VOLUME, diskWithCopy(pool, bench));
        }

        @Override
        public void check(TestPool pool, Result result) throws Exception {
            assertThat(result).isInstanceOf(Result.VolumeChanged.class);
            assertThat(copy(pool, VOLUME)).doesNotExist();
            Qemu.io(pool.file("disk"), "raw", "read -P 2 0 64k");
        }
    }

    static final class Returning implements Scene {
        @Override
        public Command prepare(TestPool pool, Workbench bench) throws Exception {
            return back(pool, VOLUME, diskWithCopy(pool, bench));
        }

        @Override
        public void check(TestPool pool, Result result) throws Exception {
            assertThat(result).isInstanceOf(Result.VolumeChanged.class);
            Qemu.io(pool.file("disk"), "raw", "read -P 1 0 64k");
            Qemu.io(copy(pool, VOLUME), "raw", "read -P 1 0 64k");
            assertThat(pool.files()).containsExactly("disk");
            assertThat(pool.volume(VOLUME).inode()).isEqualTo(TestPool.inode(pool.file("disk")));
        }
    }
}
