package dev.cistern.worker.command;

import static dev.cistern.worker.command.CreateVolumeTest.code;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.crash.CrashPoints;
import dev.cistern.common.message.CloneStrategy;
import dev.cistern.common.message.Command;
import dev.cistern.common.message.FileFacts;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.message.ImageRef;
import dev.cistern.common.message.ImageShape;
import dev.cistern.common.message.ImageSource;
import dev.cistern.common.message.Result;
import dev.cistern.common.message.SnapshotRef;
import dev.cistern.common.message.WipeAlgorithm;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.worker.execution.DroppedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** vmdk volumes of several files: what is done to one is done to all of them, as QEMU sees it. */
class SeveralFilesTest {
    private static final long CAPACITY = 5L << 30;

    @TempDir Path folder;
    private final Workbench bench = new Workbench();
    private final UUID volume = UUID.randomUUID();
    private final UUID operation = UUID.randomUUID();
    private TestPool pool;

    @BeforeEach
    void start() throws Exception {
        pool = TestPool.started(folder.resolve("pool"), bench);
    }

    @AfterEach
    void stop() {
        CrashPoints.disarm();
        bench.close();
    }

    private Command.CreateVolume create(String subformat) {
        return create("disk.vmdk", ImageOptions.vmdk(subformat, "lsilogic", null));
    }

    private Command.CreateVolume create(String name, ImageOptions options) {
        return new Command.CreateVolume(
                pool.place(), volume, 1, name, "vmdk", CAPACITY, TestPool.MODE, options);
    }

    /** Makes one with something in its first and its last extent. */
    private ImageRef disk(String subformat) throws Exception {
        assertThat(bench.run(create(subformat))).isInstanceOf(Result.VolumeCreated.class);
        Qemu.io(pool.file("disk.vmdk"), "vmdk", "write -P 0x11 64k 64k");
        Qemu.io(pool.file("disk.vmdk"), "vmdk", "write -P 0x22 4608M 64k");
        return pool.image("disk.vmdk", "vmdk");
    }

    private static void requireContent(Path image, String format) throws Exception {
        Qemu.io(image, format, "read -P 0x11 64k 64k");
        Qemu.io(image, format, "read -P 0x22 4608M 64k");
        Qemu.io(image, format, "read -P 0 0 64k");
    }

    private void requireNothingLeft() throws Exception {
        assertThat(pool.staged()).isEmpty();
        assertThat(pool.trashed()).isEmpty();
    }

    private static List<String> extents(String base, String subformat) {
        return switch (subformat) {
            case "monolithicFlat" -> List.of(base + "-flat.vmdk", base + ".vmdk");
            case "twoGbMaxExtentSparse" -> split(base, 's');
            default -> split(base, 'f');
        };
    }

    private static List<String> split(String base, char kind) {
        var names = new ArrayList<String>();
        for (var number = 1; number <= 3; number++) {
            names.add("%s-%c%03d.vmdk".formatted(base, kind, number));
        }
        names.add(base + ".vmdk");
        return names;
    }

    private static FileFacts file(@Nullable Result result) {
        return ((Result.OfFile) Objects.requireNonNull(result)).file();
    }

    @ParameterizedTest
    @ValueSource(strings = {"monolithicFlat", "twoGbMaxExtentSparse", "twoGbMaxExtentFlat"})
    void areMadeAsQemuMakesThem(String subformat) throws Exception {
        var result = bench.run(operation, 1, create(subformat));

        assertThat(result).isInstanceOf(Result.VolumeCreated.class);
        assertThat(pool.files()).isEqualTo(extents("disk", subformat));
        assertThat(Qemu.img(pool.path(), "info", "-f", "vmdk", "disk.vmdk"))
                .contains("create type: " + subformat)
                .contains("virtual size: 5 GiB");
        var theirs = Files.createDirectory(folder.resolve("theirs"));
        Qemu.img(
                theirs,
                "create",
                "-q",
                "-f",
                "vmdk",
                "-o",
                "subformat=" + subformat,
                "disk.vmdk",
                "5G");
        try (var files = Files.list(theirs)) {
            assertThat(files.map(file -> file.getFileName().toString()).sorted())
                    .isEqualTo(pool.files());
        }
        for (var file : pool.files()) {
            assertThat(Files.getAttribute(pool.file(file), "unix:mode")).isEqualTo(0100640);
        }
        assertThat(bench.run(operation, 2, create(subformat))).isEqualTo(result);
        requireNothingLeft();
    }

    @Test
    void spendWhatAllTheirFilesSpend() throws Exception {
        var options =
                new ImageOptions(
                        "falloc", null, null, null, null, null, null, "monolithicFlat", null, null);
        var command =
                new Command.CreateVolume(
                        pool.place(),
                        volume,
                        1,
                        "disk.vmdk",
                        "vmdk",
                        4 << 20,
                        TestPool.MODE,
                        options);

        assertThat(
                        ((Result.VolumeCreated) Objects.requireNonNull(bench.run(command)))
                                .file()
                                .allocation())
                .isGreaterThanOrEqualTo(4 << 20);
    }

    @Test
    void takeNoFilesAway() throws Exception {
        Files.writeString(pool.file("disk-s002.vmdk"), "the user's");

        assertThat(code(bench.run(create("twoGbMaxExtentSparse"))))
                .isEqualTo(ProblemCode.FILE_EXISTS);
        assertThat(pool.file("disk-s002.vmdk")).hasContent("the user's");
        assertThat(pool.files()).containsExactly("disk-s002.vmdk");
        requireNothingLeft();
    }

    @Test
    void leaveNothingWhenTheyAreCancelledBetweenTheirFiles() throws Exception {
        CreateVolumeTest.at(
                Command.CreateVolume.class,
                "extents",
                () -> {
                    throw new DroppedException("as if it had died here");
                });
        assertThat(bench.run(operation, 1, create("twoGbMaxExtentSparse"))).isNull();
        assertThat(pool.files()).hasSize(3);

        assertThat(bench.run(pool.settle(operation, create("twoGbMaxExtentSparse"))))
                .isEqualTo(new Result.Settled(operation, null));
        assertThat(pool.files()).isEmpty();
        requireNothingLeft();
    }

    private List<FileFacts> scan() throws Exception {
        var id = UUID.randomUUID();
        bench.run(id, 1, new Command.ScanPool(pool.place()));
        return bench.results.stream()
                .filter(message -> message.operation().equals(id))
                .flatMap(
                        message ->
                                message.result() instanceof Result.PoolScanPage page
                                        ? page.files().stream()
                                        : Stream.<FileFacts>empty())
                .toList();
    }

    @Test
    void areOneToAScan() throws Exception {
        disk("twoGbMaxExtentSparse");
        Files.writeString(pool.file("other-flat.vmdk"), "the user's");

        assertThat(scan())
                .allSatisfy(
                        file ->
                                assertThat(file.partOf())
                                        .as(file.name())
                                        .isEqualTo(
                                                file.name().startsWith("disk-")
                                                        ? "disk.vmdk"
                                                        : null));
        Qemu.io(pool.file("disk.vmdk"), "vmdk", "write -P 0x33 1G 1M");
        assertThat(
                        scan().stream()
                                .filter(file -> file.name().equals("disk.vmdk"))
                                .findFirst()
                                .orElseThrow()
                                .allocation())
                .as("a scan that has seen the descriptor before sees what its extents spend")
                .isGreaterThanOrEqualTo(1 << 20);
    }

    @Test
    void areNoVolumesWhileTheyAreBeingMade() throws Exception {
        CreateVolumeTest.at(
                Command.CreateVolume.class,
                "extents",
                () -> {
                    throw new DroppedException("as if it had died here");
                });
        bench.run(operation, 1, create("twoGbMaxExtentSparse"));

        assertThat(scan())
                .hasSize(3)
                .allSatisfy(file -> assertThat(file.partOf()).isEqualTo("disk.vmdk"));
        assertThat(bench.run(operation, 2, create("twoGbMaxExtentSparse")))
                .isInstanceOf(Result.VolumeCreated.class);
        assertThat(pool.files()).isEqualTo(extents("disk", "twoGbMaxExtentSparse"));
    }

    @Test
    void doNotMakeAnotherVolumesFileTheirPart() throws Exception {
        bench.run(pool.create(UUID.randomUUID(), "evil-flat.vmdk"));
        Qemu.img(
                folder,
                "create",
                "-q",
                "-f",
                "vmdk",
                "-o",
                "subformat=monolithicFlat",
                "evil.vmdk",
                "1M");
        Files.move(folder.resolve("evil.vmdk"), pool.file("evil.vmdk"));

        assertThat(scan()).extracting(FileFacts::partOf).containsOnlyNulls();
    }

    @ParameterizedTest
    @ValueSource(strings = {"monolithicFlat", "twoGbMaxExtentSparse", "twoGbMaxExtentFlat"})
    void areRenamedTogether(String subformat) throws Exception {
        var rename = new Command.RenameVolume(pool.place(), volume, 2, disk(subformat), "web.vmdk");

        var result = bench.run(operation, 1, rename);

        assertThat(file(result).name()).isEqualTo("web.vmdk");
        assertThat(file(result).inode()).isEqualTo(TestPool.inode(pool.file("web.vmdk")));
        assertThat(pool.files()).isEqualTo(extents("web", subformat));
        requireContent(pool.file("web.vmdk"), "vmdk");
        requireNothingLeft();
        assertThat(bench.run(operation, 2, rename)).isEqualTo(result);
        assertThat(pool.volume(volume).name()).isEqualTo("web.vmdk");
    }

    @Test
    void keepTheirNamesWhenOneOfTheNewOnesIsTaken() throws Exception {
        var disk = disk("twoGbMaxExtentSparse");
        Files.writeString(pool.file("web-s002.vmdk"), "the user's");

        var result = bench.run(new Command.RenameVolume(pool.place(), volume, 2, disk, "web.vmdk"));

        assertThat(code(result)).isEqualTo(ProblemCode.FILE_EXISTS);
        assertThat(pool.file("web-s002.vmdk")).hasContent("the user's");
        assertThat(pool.files()).hasSize(5).doesNotContain("web.vmdk", "web-s001.vmdk");
        requireContent(pool.file("disk.vmdk"), "vmdk");
        requireNothingLeft();
    }

    @Test
    void areNotRenamedWhileAVirtualMachineHasThem() throws Exception {
        var disk = disk("twoGbMaxExtentSparse");
        try (var _ = Qemu.holding(pool.file("disk.vmdk"), "vmdk")) {
            assertThat(
                            code(
                                    bench.run(
                                            new Command.RenameVolume(
                                                    pool.place(), volume, 2, disk, "web.vmdk"))))
                    .isEqualTo(ProblemCode.VOLUME_IN_USE);
        }
        assertThat(pool.files()).isEqualTo(extents("disk", "twoGbMaxExtentSparse"));
    }

    @Test
    void areRefusedIfPartsOfThemAreNotTheirOwn() throws Exception {
        Qemu.img(
                folder,
                "create",
                "-q",
                "-f",
                "vmdk",
                "-o",
                "subformat=monolithicFlat",
                "a.vmdk",
                "1M");
        Files.move(folder.resolve("a-flat.vmdk"), pool.file("a-flat.vmdk"));
        var foreign = Files.readString(folder.resolve("a.vmdk"));
        Files.writeString(pool.file("b.vmdk"), foreign);

        var result =
                bench.run(
                        new Command.CloneVolume(
                                pool.place(),
                                volume,
                                1,
                                "c.vmdk",
                                "vmdk",
                                TestPool.MODE,
                                new ImageSource(
                                        pool.place(),
                                        UUID.randomUUID(),
                                        pool.image("b.vmdk", "vmdk")),
                                CloneStrategy.FULL));

        assertThat(code(result)).isEqualTo(ProblemCode.UNSUPPORTED);
        assertThat(pool.files()).containsExactly("a-flat.vmdk", "b.vmdk");
    }

    @ParameterizedTest
    @ValueSource(strings = {"disk.vmdk", "web.vmdk"})
    void areTrashedAndRestoredTogether(String as) throws Exception {
        var disk = disk("twoGbMaxExtentSparse");
        assertThat(bench.run(new Command.TrashVolume(pool.place(), volume, 2, disk)))
                .isEqualTo(new Result.VolumeTrashed(volume));
        assertThat(pool.files()).isEmpty();

        var result =
                bench.run(
                        operation,
                        1,
                        new Command.RestoreVolume(
                                pool.place(), volume, 3, new ImageRef(as, "vmdk", disk.inode())));

        assertThat(file(result).inode()).isEqualTo(TestPool.inode(pool.file(as)));
        assertThat(pool.files())
                .isEqualTo(extents(as.substring(0, as.indexOf('.')), "twoGbMaxExtentSparse"));
        requireContent(pool.file(as), "vmdk");
        requireNothingLeft();
    }

    @Test
    void arePurgedTogether() throws Exception {
        var disk = disk("twoGbMaxExtentFlat");
        bench.run(new Command.TrashVolume(pool.place(), volume, 2, disk));
        var left =
                (Result.PoolScanned)
                        Objects.requireNonNull(bench.run(new Command.ScanPool(pool.place())));
        assertThat(left.leftovers())
                .singleElement()
                .satisfies(one -> assertThat(one.size()).isGreaterThan(CAPACITY));

        bench.run(new Command.DeleteVolume(pool.place(), volume, 3, "disk.vmdk", disk.inode()));
        requireNothingLeft();
        assertThat(pool.files()).isEmpty();
    }

    @Test
    void areAdoptedTogetherByAnotherVolume() throws Exception {
        var disk = disk("twoGbMaxExtentSparse");
        bench.run(new Command.TrashVolume(pool.place(), volume, 2, disk));

        var result =
                bench.run(
                        new Command.AdoptFile(
                                pool.place(),
                                UUID.randomUUID(),
                                1,
                                "found.vmdk",
                                Objects.requireNonNull(disk.inode()),
                                "kept-" + volume));

        assertThat(file(result).format()).isEqualTo("vmdk");
        assertThat(pool.files()).isEqualTo(extents("found", "twoGbMaxExtentSparse"));
        requireContent(pool.file("found.vmdk"), "vmdk");
        requireNothingLeft();
        assertThat(pool.volume(volume).deleted()).isTrue();
    }

    @Test
    void areDeletedTogether() throws Exception {
        var disk = disk("twoGbMaxExtentFlat");

        assertThat(bench.run(pool.delete(volume, "disk.vmdk", disk.inode())))
                .isEqualTo(new Result.VolumeDeleted(volume));
        assertThat(pool.files()).isEmpty();
        requireNothingLeft();
    }

    @Test
    void areMovedTogether(@TempDir(factory = MoveVolumeTest.InMemory.class) Path memory)
            throws Exception {
        var disk = disk("twoGbMaxExtentSparse");
        var near = TestPool.started(folder.resolve("near"), bench);
        var far = TestPool.started(memory.resolve("far"), bench);

        var first =
                bench.run(
                        new Command.MoveVolume(
                                near.place(),
                                volume,
                                2,
                                pool.place(),
                                disk,
                                "disk.vmdk",
                                TestPool.MODE));
        assertThat(first).isInstanceOf(Result.VolumeMoved.class);
        assertThat(pool.files()).isEmpty();
        requireNothingLeft();
        requireContent(near.file("disk.vmdk"), "vmdk");

        var second =
                bench.run(
                        new Command.MoveVolume(
                                far.place(),
                                volume,
                                3,
                                near.place(),
                                near.image("disk.vmdk", "vmdk"),
                                "web.vmdk",
                                TestPool.MODE));
        assertThat(second).isInstanceOf(Result.VolumeMoved.class);
        assertThat(near.files()).isEmpty();
        assertThat(far.files()).isEqualTo(extents("web", "twoGbMaxExtentSparse"));
        requireContent(far.file("web.vmdk"), "vmdk");
    }

    private @Nullable Result clone(
            ImageRef source,
            String name,
            String format,
            CloneStrategy strategy,
            @Nullable ImageShape shape)
            throws Exception {
        return bench.run(
                new Command.CloneVolume(
                        pool.place(),
                        UUID.randomUUID(),
                        1,
                        name,
                        format,
                        TestPool.MODE,
                        new ImageSource(pool.place(), volume, source),
                        strategy,
                        shape));
    }

    @Test
    void areClonedAsTheyAre() throws Exception {
        var disk = disk("twoGbMaxExtentSparse");

        var result = clone(disk, "copy.vmdk", "vmdk", CloneStrategy.FULL, null);

        assertThat(result).isInstanceOf(Result.VolumeCloned.class);
        assertThat(pool.files()).containsAll(extents("copy", "twoGbMaxExtentSparse")).hasSize(8);
        Qemu.img(pool.path(), "compare", "disk.vmdk", "copy.vmdk");
        Qemu.io(pool.file("copy.vmdk"), "vmdk", "write -P 0x44 64k 64k");
        requireContent(pool.file("disk.vmdk"), "vmdk");
        assertThat(Files.readString(pool.file("copy.vmdk"))).contains("lsilogic");
    }

    @Test
    void areClonedToAndFromOtherFormats() throws Exception {
        var disk = disk("twoGbMaxExtentFlat");

        assertThat(
                        clone(
                                disk,
                                "copy",
                                "qcow2",
                                CloneStrategy.FULL,
                                new ImageShape(ImageOptions.USUAL, 0)))
                .isInstanceOf(Result.VolumeCloned.class);
        Qemu.img(pool.path(), "compare", "disk.vmdk", "copy");
        assertThat(clone(disk, "link", "qcow2", CloneStrategy.LINKED, null))
                .isInstanceOf(Result.VolumeCloned.class);
        Qemu.img(pool.path(), "compare", "disk.vmdk", "link");
        assertThat(
                        clone(
                                pool.image("copy", "qcow2"),
                                "back.vmdk",
                                "vmdk",
                                CloneStrategy.FULL,
                                new ImageShape(ImageOptions.vmdk("monolithicFlat", null, null), 0)))
                .isInstanceOf(Result.VolumeCloned.class);
        assertThat(pool.files()).containsAll(extents("back", "monolithicFlat"));
        Qemu.img(pool.path(), "compare", "disk.vmdk", "back.vmdk");
    }

    @ParameterizedTest
    @ValueSource(strings = {"monolithicFlat", "monolithicSparse"})
    void areConvertedInPlace(String to) throws Exception {
        var disk = disk("twoGbMaxExtentSparse");

        var result =
                bench.run(
                        operation,
                        1,
                        new Command.ConvertVolume(
                                pool.place(),
                                volume,
                                2,
                                disk,
                                "vmdk",
                                ImageOptions.vmdk(to, null, null)));

        assertThat(result).isInstanceOf(Result.VolumeChanged.class);
        assertThat(pool.files())
                .isEqualTo(
                        to.equals("monolithicFlat") ? extents("disk", to) : List.of("disk.vmdk"));
        requireContent(pool.file("disk.vmdk"), "vmdk");
        requireNothingLeft();
    }

    @Test
    void areNotConvertedIntoTheirOwnNames() throws Exception {
        var disk = disk("twoGbMaxExtentSparse");

        var result =
                bench.run(
                        new Command.ConvertVolume(
                                pool.place(),
                                volume,
                                2,
                                disk,
                                "vmdk",
                                ImageOptions.vmdk("twoGbMaxExtentSparse", "ide", null)));

        assertThat(code(result)).isEqualTo(ProblemCode.FILE_EXISTS);
        assertThat(pool.files()).isEqualTo(extents("disk", "twoGbMaxExtentSparse"));
        requireContent(pool.file("disk.vmdk"), "vmdk");
        requireNothingLeft();
    }

    @ParameterizedTest
    @ValueSource(strings = {"monolithicFlat", "twoGbMaxExtentSparse", "twoGbMaxExtentFlat"})
    void growAndAreWiped(String subformat) throws Exception {
        var disk = disk(subformat);

        assertThat(
                        bench.run(
                                new Command.ResizeVolume(
                                        pool.place(), volume, 2, disk, 9L << 30, false, false)))
                .isInstanceOf(Result.VolumeChanged.class);
        assertThat(Qemu.img(pool.path(), "info", "-f", "vmdk", "disk.vmdk")).contains("9 GiB");
        requireContent(pool.file("disk.vmdk"), "vmdk");
        assertThat(scan()).filteredOn(file -> file.partOf() == null).hasSize(1);

        if (!subformat.endsWith("Flat")) {
            assertThat(
                            bench.run(
                                    new Command.WipeVolume(
                                            pool.place(), volume, 3, disk, WipeAlgorithm.ZERO)))
                    .isInstanceOf(Result.VolumeChanged.class);
            Qemu.io(pool.file("disk.vmdk"), "vmdk", "read -P 0 64k 64k");
            Qemu.io(pool.file("disk.vmdk"), "vmdk", "read -P 0 4608M 64k");
        }
    }

    @Test
    void haveNoSnapshots() throws Exception {
        var disk = disk("twoGbMaxExtentSparse");
        var snapshot = new SnapshotRef(UUID.randomUUID(), "before", Instant.EPOCH, null);

        assertThat(code(bench.run(new Command.KeepCopy(pool.place(), volume, 2, disk, snapshot))))
                .isEqualTo(ProblemCode.UNSUPPORTED);
        requireContent(pool.file("disk.vmdk"), "vmdk");
    }
}
