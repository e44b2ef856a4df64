package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.FileFacts;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.message.ImageRef;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import java.nio.file.Files;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** vmdk volumes of several files: what is done to one is done to all of them, as QEMU sees it. */
class SeveralFilesTest extends SeveralFilesBench {
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
                        "falloc",
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        "monolithicFlat",
                        null,
                        null,
                        null);
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
        dieAt(Command.CreateVolume.class, "extents");
        assertThat(bench.run(operation, 1, create("twoGbMaxExtentSparse"))).isNull();
        assertThat(pool.files()).hasSize(3);

        assertThat(bench.run(pool.settle(operation, create("twoGbMaxExtentSparse"))))
                .isEqualTo(new Result.Settled(operation, null));
        assertThat(pool.files()).isEmpty();
        requireNothingLeft();
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
        dieAt(Command.CreateVolume.class, "extents");
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
                        Objects.requireNonNull(bench.run(new Command.ScanPool(pool.place(), null)));
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
}
