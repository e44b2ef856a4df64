package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.CloneStrategy;
import dev.cistern.common.message.Command;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.message.ImageRef;
import dev.cistern.common.message.ImageShape;
import dev.cistern.common.message.ImageSource;
import dev.cistern.common.message.Result;
import dev.cistern.common.message.WipeAlgorithm;
import dev.cistern.common.problem.ProblemCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** vmdk volumes of several files that are moved, cloned, converted, changed, as QEMU sees them. */
class SeveralFilesCopyTest extends SeveralFilesBench {
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
                                CloneStrategy.FULL,
                                null));

        assertThat(code(result)).isEqualTo(ProblemCode.UNSUPPORTED);
        assertThat(pool.files()).containsExactly("a-flat.vmdk", "b.vmdk");
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
}
