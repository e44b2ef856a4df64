package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.CloneStrategy;
import dev.cistern.common.message.Command;
import dev.cistern.common.message.FileFacts;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.message.ImageRef;
import dev.cistern.common.message.ImageShape;
import dev.cistern.common.message.ImageSource;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Snapshots of vmdk volumes of several files: copies of all of them, as QEMU sees them. */
class SeveralFilesSnapshotsTest extends SeveralFilesBench {
    private static final String SPARSE = "twoGbMaxExtentSparse";

    private ImageRef image() throws Exception {
        return pool.image("disk.vmdk", "vmdk");
    }

    private Path copy() {
        return CopyScenes.copy(pool, volume);
    }

    /** All files of all copies of the volume. */
    private List<String> copied() throws Exception {
        var room = pool.house("snapshots").resolve(volume.toString());
        if (!Files.exists(room)) {
            return List.of();
        }
        try (var files = Files.list(room)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private @Nullable Result keep() throws Exception {
        return bench.run(CopyScenes.keep(pool, volume, image()));
    }

    private @Nullable Result back() throws Exception {
        return bench.run(CopyScenes.back(pool, volume, image()));
    }

    private void writeOtherThings() throws Exception {
        Qemu.io(pool.file("disk.vmdk"), "vmdk", "write -P 0x33 64k 64k");
        Qemu.io(pool.file("disk.vmdk"), "vmdk", "write -P 0x44 2560M 64k");
        Qemu.io(pool.file("disk.vmdk"), "vmdk", "write -P 0x55 4608M 64k");
    }

    private Path asItWas() throws Exception {
        var file = folder.resolve("as-it-was");
        Qemu.img(pool.path(), "convert", "-f", "vmdk", "-O", "raw", "disk.vmdk", file.toString());
        return file;
    }

    /** Makes one, keeps it, and writes to it; QEMU has noted what it was when it was kept. */
    private Path diskWithCopy(String subformat) throws Exception {
        disk(subformat);
        var asItWas = asItWas();
        assertThat(keep()).isInstanceOf(Result.VolumeChanged.class);
        writeOtherThings();
        return asItWas;
    }

    private void requireSame(Path raw, String format, Path image) throws Exception {
        Qemu.img(
                pool.path(),
                "compare",
                "-f",
                "raw",
                "-F",
                format,
                raw.toString(),
                image.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"monolithicFlat", SPARSE, "twoGbMaxExtentFlat"})
    void becomeWhatTheyWere(String subformat) throws Exception {
        var asItWas = diskWithCopy(subformat);
        assertThat(pool.files()).isEqualTo(extents("disk", subformat));
        requireSame(asItWas, "vmdk", copy());
        var command = CopyScenes.back(pool, volume, image());

        var result = bench.run(operation, 1, command);

        assertThat(result).isInstanceOf(Result.VolumeChanged.class);
        assertThat(bench.run(operation, 2, command)).isEqualTo(result);
        requireSame(asItWas, "vmdk", pool.file("disk.vmdk"));
        assertThat(pool.files()).hasSameSizeAs(extents("disk", subformat)).contains("disk.vmdk");
        assertThat(scan())
                .filteredOn(file -> file.partOf() == null)
                .extracting(FileFacts::name)
                .containsExactly("disk.vmdk");
        requireNothingLeft();
        Qemu.io(pool.file("disk.vmdk"), "vmdk", "write -P 0x66 64k 64k");
        requireSame(asItWas, "vmdk", copy());
    }

    @ParameterizedTest
    @ValueSource(strings = {"monolithicFlat", SPARSE, "twoGbMaxExtentFlat"})
    void areClonedAsTheyWere(String subformat) throws Exception {
        var asItWas = diskWithCopy(subformat);

        for (var format : List.of("raw", "qcow2", "vmdk")) {
            var options =
                    format.equals("vmdk")
                            ? ImageOptions.vmdk(subformat, null, null)
                            : ImageOptions.USUAL;
            var clone =
                    new Command.CloneVolume(
                            pool.place(),
                            UUID.randomUUID(),
                            1,
                            "clone." + format,
                            format,
                            TestPool.MODE,
                            new ImageSource(pool.place(), volume, image(), CopyScenes.BEFORE),
                            CloneStrategy.BEST,
                            new ImageShape(options, 0));
            assertThat(bench.run(clone)).isInstanceOf(Result.VolumeCloned.class);
            requireSame(asItWas, format, pool.file("clone." + format));
        }
        Qemu.io(pool.file("disk.vmdk"), "vmdk", "read -P 0x55 4608M 64k");
    }

    /** Each time the files get the names that those before them have not. */
    @Test
    void areRevertedAgainAndAgainAndGrowInBetween() throws Exception {
        var asItWas = diskWithCopy(SPARSE);
        var seen = new ArrayList<List<String>>();

        for (var generation = 4; generation < 7; generation++) {
            assertThat(bench.run(back(generation))).isInstanceOf(Result.VolumeChanged.class);
            requireSame(asItWas, "vmdk", pool.file("disk.vmdk"));
            seen.add(pool.files());
            assertThat(
                            bench.run(
                                    new Command.ResizeVolume(
                                            pool.place(),
                                            volume,
                                            generation,
                                            image(),
                                            9L << 30,
                                            false,
                                            false)))
                    .isInstanceOf(Result.VolumeChanged.class);
            Qemu.io(pool.file("disk.vmdk"), "vmdk", "write -P 0x77 8G 64k");
            writeOtherThings();
            requireNothingLeft();
        }

        assertThat(seen.getFirst()).isEqualTo(seen.getLast()).isNotEqualTo(seen.get(1));
        assertThat(seen.get(1)).isEqualTo(extents("disk", SPARSE));
    }

    private Command.ReturnToCopy back(long generation) throws Exception {
        return new Command.ReturnToCopy(
                pool.place(), volume, generation, image(), CopyScenes.BEFORE);
    }

    @Test
    void areRevertedPastFilesThatAreCalledAsTheirs() throws Exception {
        var asItWas = diskWithCopy("monolithicFlat");
        Files.writeString(pool.file("disk-f001.vmdk"), "the user's");

        assertThat(back()).isInstanceOf(Result.VolumeChanged.class);

        requireSame(asItWas, "vmdk", pool.file("disk.vmdk"));
        assertThat(pool.file("disk-f001.vmdk")).hasContent("the user's");
        assertThat(pool.files()).containsExactly("disk-f0001.vmdk", "disk-f001.vmdk", "disk.vmdk");
    }

    @Test
    void areRevertedUnderAnotherName() throws Exception {
        var asItWas = diskWithCopy(SPARSE);
        assertThat(
                        bench.run(
                                new Command.RenameVolume(
                                        pool.place(), volume, 3, image(), "web.vmdk")))
                .isInstanceOf(Result.VolumeChanged.class);

        var web = pool.image("web.vmdk", "vmdk");
        assertThat(bench.run(CopyScenes.back(pool, volume, web)))
                .isInstanceOf(Result.VolumeChanged.class);

        requireSame(asItWas, "vmdk", pool.file("web.vmdk"));
        assertThat(pool.files()).allMatch(file -> file.startsWith("web")).hasSize(4);
    }

    @Test
    void areNotKeptWhileAMachineWritesToThem() throws Exception {
        disk(SPARSE);
        var image = image();
        for (var held : Map.of("disk.vmdk", "vmdk", "disk-s002.vmdk", "raw").entrySet()) {
            try (var _ = Qemu.holding(pool.file(held.getKey()), held.getValue())) {
                assertThat(code(bench.run(CopyScenes.keep(pool, volume, image))))
                        .isEqualTo(ProblemCode.VOLUME_IN_USE);
            }
        }
        assertThat(copied()).isEmpty();
        requireNothingLeft();
    }

    @ParameterizedTest
    @ValueSource(strings = {"stage", "intent", "extents"})
    void leaveNothingOfASnapshotThatIsCancelled(String moment) throws Exception {
        disk(SPARSE);
        at(Command.KeepCopy.class, moment, () -> bench.hand.cancel(operation));
        var command = CopyScenes.keep(pool, volume, image());

        assertThat(bench.run(operation, 1, command)).isNotNull();

        assertThat(copied()).hasSize(moment.equals("extents") ? 4 : 0);
        requireNothingLeft();
    }

    @Test
    void loseAllFilesOfASnapshotThatIsDeleted() throws Exception {
        diskWithCopy(SPARSE);
        assertThat(copied()).hasSize(4);

        assertThat(bench.run(CopyScenes.drop(pool, volume, image())))
                .isInstanceOf(Result.VolumeChanged.class);

        assertThat(copied()).isEmpty();
        Qemu.io(pool.file("disk.vmdk"), "vmdk", "read -P 0x55 4608M 64k");
    }

    @Test
    void takeTheirSnapshotsWithThem() throws Exception {
        diskWithCopy(SPARSE);

        bench.run(pool.delete(volume, "disk.vmdk", image().inode()));

        assertThat(pool.house("snapshots")).isEmptyDirectory();
        assertThat(pool.files()).isEmpty();
    }

    @Test
    void missAPartOfASnapshotThatWasRemoved() throws Exception {
        diskWithCopy(SPARSE);
        Files.delete(copy().resolveSibling(copy().getFileName() + "-s002"));

        assertThat(code(back())).isEqualTo(ProblemCode.SNAPSHOT_NOT_FOUND);

        Qemu.io(pool.file("disk.vmdk"), "vmdk", "read -P 0x55 4608M 64k");
        assertThat(pool.files()).isEqualTo(extents("disk", SPARSE));
        assertThat(bench.run(CopyScenes.drop(pool, volume, image())))
                .isInstanceOf(Result.VolumeChanged.class);
        assertThat(copied()).isEmpty();
    }

    /** What is not called after the image could be another's. */
    @Test
    void areNotKeptWithPartsThatAreNotTheirOwn() throws Exception {
        disk("monolithicFlat");
        var text = Files.readString(pool.file("disk.vmdk"));
        Files.move(pool.file("disk-flat.vmdk"), pool.file("other"));
        Files.writeString(pool.file("disk.vmdk"), text.replace("disk-flat.vmdk", "other"));

        assertThat(code(keep())).isEqualTo(ProblemCode.UNSUPPORTED);

        assertThat(copied()).isEmpty();
    }
}
