package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.CloneStrategy;
import dev.cistern.common.message.Command;
import dev.cistern.common.message.CommandMessage;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.message.ImageRef;
import dev.cistern.common.message.ImageSource;
import dev.cistern.common.message.Owner;
import dev.cistern.common.message.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A process stops at each named place of each command on a vmdk image of several files, and either
 * another one gets the command again or the operation is settled: all files are there, with the
 * content that they had, and no other is.
 */
class SeveralFilesCrashTest {
    private static final UUID VOLUME = UUID.randomUUID();
    private static final UUID OTHER = UUID.randomUUID();
    private static final ImageOptions SPLIT = ImageOptions.vmdk("twoGbMaxExtentSparse", null, null);
    private static final String DISK = "disk-s001.vmdk disk-s002.vmdk disk.vmdk";
    private static final String GROWN =
            "disk-s001.vmdk disk-s002.vmdk disk-s003.vmdk disk-s004.vmdk disk-s005.vmdk disk.vmdk";
    private static final String RETURNED = "disk-s0001.vmdk disk-s0002.vmdk disk.vmdk";
    private static final String WEB = "web-s001.vmdk web-s002.vmdk web.vmdk";
    private static final String NONE = "";

    @TempDir Path folder;

    enum Scene {
        CREATING(NONE, DISK, "stage intent extents publish journal"),
        CLONING(DISK, DISK + " " + WEB, "stage intent extents publish"),
        CONVERTING_TO("disk.vmdk", DISK, "stage intent extents publish"),
        CONVERTING_FROM(DISK, "disk.vmdk", "stage intent publish"),
        RENAMING(DISK, WEB, "stage intent extents publish journal"),
        MOVING(DISK, WEB, "stage intent extents publish source-removed"),
        TRASHING(DISK, NONE, "intent publish"),
        RESTORING(NONE, WEB, "intent extents publish"),
        DELETING(DISK, NONE, "intent publish tombstone"),
        GROWING(DISK, GROWN, "intent extents resized change"),
        KEEPING(DISK, DISK, "stage intent extents publish journal"),
        DROPPING(DISK, DISK, "intent image-removed change journal"),
        RETURNING(DISK, RETURNED, "stage intent extents publish journal");

        private final String before;
        private final String after;
        private final String points;

        Scene(String before, String after, String points) {
            this.before = before;
            this.after = after;
            this.points = points;
        }

        Command prepare(TestPool pool, TestPool from, Workbench bench) throws Exception {
            return switch (this) {
                case CREATING -> make(pool, "disk.vmdk", SPLIT);
                case CLONING ->
                        new Command.CloneVolume(
                                pool.place(),
                                OTHER,
                                1,
                                "web.vmdk",
                                "vmdk",
                                TestPool.MODE,
                                new ImageSource(pool.place(), VOLUME, disk(pool, bench)),
                                CloneStrategy.FULL,
                                null);
                case CONVERTING_TO -> convert(pool, one(pool, bench), SPLIT);
                case CONVERTING_FROM -> convert(pool, disk(pool, bench), ImageOptions.USUAL);
                case RENAMING ->
                        new Command.RenameVolume(
                                pool.place(), VOLUME, 2, disk(pool, bench), "web.vmdk");
                case MOVING ->
                        new Command.MoveVolume(
                                pool.place(),
                                VOLUME,
                                2,
                                from.place(),
                                disk(from, bench),
                                "web.vmdk",
                                TestPool.MODE);
                case TRASHING ->
                        new Command.TrashVolume(pool.place(), VOLUME, 2, disk(pool, bench));
                case RESTORING -> {
                    var disk = disk(pool, bench);
                    bench.run(new Command.TrashVolume(pool.place(), VOLUME, 2, disk));
                    yield new Command.RestoreVolume(
                            pool.place(),
                            VOLUME,
                            3,
                            new ImageRef("web.vmdk", "vmdk", disk.inode()));
                }
                case GROWING ->
                        new Command.ResizeVolume(
                                pool.place(), VOLUME, 2, disk(pool, bench), 9L << 30, false, false);
                case KEEPING -> CopyScenes.keep(pool, VOLUME, disk(pool, bench));
                case DROPPING -> CopyScenes.drop(pool, VOLUME, diskWithCopy(pool, bench));
                case RETURNING -> CopyScenes.back(pool, VOLUME, diskWithCopy(pool, bench));
                case DELETING -> pool.delete(VOLUME, "disk.vmdk", disk(pool, bench).inode());
            };
        }

        private static Command.CreateVolume make(TestPool pool, String name, ImageOptions options) {
            return new Command.CreateVolume(
                    pool.place(), VOLUME, 1, name, "vmdk", 3L << 30, TestPool.MODE, options);
        }

        private static ImageRef disk(TestPool pool, Workbench bench) throws Exception {
            bench.run(make(pool, "disk.vmdk", SPLIT));
            return written(pool);
        }

        private static ImageRef one(TestPool pool, Workbench bench) throws Exception {
            bench.run(make(pool, "disk.vmdk", ImageOptions.USUAL));
            return written(pool);
        }

        private static ImageRef written(TestPool pool) throws Exception {
            Qemu.io(pool.file("disk.vmdk"), "vmdk", "write -P 0x11 64k 64k");
            Qemu.io(pool.file("disk.vmdk"), "vmdk", "write -P 0x22 2560M 64k");
            return pool.image("disk.vmdk", "vmdk");
        }

        private static ImageRef diskWithCopy(TestPool pool, Workbench bench) throws Exception {
            var disk = disk(pool, bench);
            bench.run(CopyScenes.keep(pool, VOLUME, disk));
            Qemu.io(pool.file("disk.vmdk"), "vmdk", "write -P 0x33 128k 64k");
            Qemu.io(pool.file("disk.vmdk"), "vmdk", "write -P 0x44 2561M 64k");
            return disk;
        }

        private static Command.ConvertVolume convert(
                TestPool pool, ImageRef image, ImageOptions options) {
            return new Command.ConvertVolume(pool.place(), VOLUME, 2, image, "vmdk", options);
        }

        void requireContent(TestPool pool) throws Exception {
            if (this == CREATING) {
                return;
            }
            for (var file : pool.files()) {
                if (file.equals("disk.vmdk") || file.equals("web.vmdk")) {
                    Qemu.io(pool.file(file), "vmdk", "read -P 0x11 64k 64k");
                    Qemu.io(pool.file(file), "vmdk", "read -P 0x22 2560M 64k");
                    Qemu.img(pool.path(), "check", "-q", "-f", "vmdk", file);
                }
            }
        }
    }

    /** All files are of one time, and a copy has all of its own or none. */
    private static void requireSnapshot(Scene scene, boolean done, TestPool pool) throws Exception {
        var copied = copied(pool);
        var disk = pool.file("disk.vmdk");
        switch (scene) {
            case KEEPING -> {
                assertThat(copied).isIn(0, 3);
                assertThat(copied == 3 || !done).isTrue();
                requireOldContent(disk);
            }
            case DROPPING -> {
                assertThat(copied).isIn(0, 3);
                assertThat(copied == 0 || !done).isTrue();
                requireNewContent(disk);
            }
            case RETURNING -> {
                assertThat(copied).isEqualTo(3);
                if (pool.files().equals(words(RETURNED))) {
                    requireOldContent(disk);
                } else {
                    requireNewContent(disk);
                }
            }
            default -> assertThat(copied).isZero();
        }
        if (copied == 3) {
            var copy = CopyScenes.copy(pool, VOLUME);
            Qemu.io(copy, "vmdk", "read -P 0x11 64k 64k");
            Qemu.io(copy, "vmdk", "read -P 0x22 2560M 64k");
            requireOldContent(copy);
        }
    }

    private static int copied(TestPool pool) throws Exception {
        var room = pool.house("snapshots").resolve(VOLUME.toString());
        if (!Files.exists(room)) {
            return 0;
        }
        try (var files = Files.list(room)) {
            return (int) files.count();
        }
    }

    private static void requireOldContent(Path image) throws Exception {
        Qemu.io(image, "vmdk", "read -P 0 128k 64k");
        Qemu.io(image, "vmdk", "read -P 0 2561M 64k");
    }

    private static void requireNewContent(Path image) throws Exception {
        Qemu.io(image, "vmdk", "read -P 0x33 128k 64k");
        Qemu.io(image, "vmdk", "read -P 0x44 2561M 64k");
    }

    static Stream<Arguments> places() {
        return Arrays.stream(Scene.values())
                .flatMap(
                        scene ->
                                words(scene.points).stream()
                                        .map(point -> Arguments.of(scene, point)));
    }

    private static List<String> words(String text) {
        return text.isEmpty() ? List.of() : List.of(text.split(" "));
    }

    private interface Ending {
        Result of(Workbench bench, TestPool pool, UUID operation, Command command) throws Exception;
    }

    @Execution(ExecutionMode.CONCURRENT)
    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("places")
    void anotherProcessBringsItToItsEnd(Scene scene, String point) throws Exception {
        var pool =
                crashed(
                        scene,
                        point,
                        (bench, _, operation, command) ->
                                Objects.requireNonNull(bench.run(operation, 2, command)));

        assertThat(pool.files()).isEqualTo(words(scene.after));
        scene.requireContent(pool);
        requireSnapshot(scene, true, pool);
    }

    @Execution(ExecutionMode.CONCURRENT)
    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("places")
    void aSettlingLeavesAllOfItOrNothing(Scene scene, String point) throws Exception {
        var pool =
                crashed(
                        scene,
                        point,
                        (bench, there, operation, command) ->
                                Objects.requireNonNull(
                                        bench.run(
                                                there.settle(
                                                        operation, (Command.OfVolume) command))));

        assertThat(pool.files()).isIn(words(beforeIn(scene)), words(scene.after));
        scene.requireContent(pool);
        requireSnapshot(scene, false, pool);
    }

    private static String beforeIn(Scene scene) {
        return scene == Scene.MOVING ? NONE : scene.before;
    }

    private TestPool crashed(Scene scene, String point, Ending ending) throws Exception {
        try (var bench = new Workbench()) {
            var pool = TestPool.started(folder.resolve("pool"), bench);
            var from = TestPool.started(folder.resolve("from"), bench);
            var command = scene.prepare(pool, from, bench);
            var operation = UUID.randomUUID();
            CrashedProcess.at(
                    folder,
                    command.kind() + ":" + point,
                    new CommandMessage(operation, 1, Owner.VOLUME, null, command));

            var result = ending.of(bench, pool, operation, command);

            assertThat(result).isNotInstanceOf(Result.CommandFailed.class);
            assertThat(pool.staged()).isEmpty();
            assertThat(from.trashed()).isEmpty();
            var kept = pool.trashed().isEmpty() ? 0 : 2;
            assertThat(pool.trashed()).hasSize(kept);
            if (scene == Scene.MOVING) {
                assertThat(from.files()).isEqualTo(words(pool.files().isEmpty() ? DISK : NONE));
                scene.requireContent(from);
            } else if (scene == Scene.TRASHING || scene == Scene.RESTORING) {
                assertThat(kept == 2).isEqualTo(pool.files().isEmpty());
            } else {
                assertThat(kept).isZero();
            }
            return pool;
        }
    }
}
