package dev.cistern.worker.command;

import static dev.cistern.worker.command.SealedScenes.BEFORE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.CloneStrategy;
import dev.cistern.common.message.Command;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.message.ImageRef;
import dev.cistern.common.message.ImageShape;
import dev.cistern.common.message.ImageSource;
import dev.cistern.common.message.KeptFile;
import dev.cistern.common.message.Result;
import dev.cistern.common.message.SnapshotRef;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import java.nio.file.Files;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Snapshots of qcow2 images that are files of their own, which the volume is over. */
class ExternalSnapshotsTest extends PoolBench {
    private static final SnapshotRef LATER = SealedScenes.snapshot("later");
    private static final SnapshotRef ASIDE = SealedScenes.snapshot("aside");

    @BeforeEach
    void start() throws Exception {
        SealedScenes.disk(pool, volume, bench);
    }

    private ImageRef image() throws Exception {
        return pool.image("disk", "qcow2");
    }

    private Command.SealImage seal(SnapshotRef snapshot) throws Exception {
        return new Command.SealImage(pool.place(), volume, 3, image(), snapshot);
    }

    private void sealed(SnapshotRef snapshot) throws Exception {
        done(seal(snapshot));
    }

    private String file(SnapshotRef snapshot) {
        return SealedScenes.sealed(volume, snapshot);
    }

    private void done(Command command) throws Exception {
        assertThat(bench.run(command)).isInstanceOf(Result.VolumeChanged.class);
    }

    private void write(int pattern, String range) throws Exception {
        Qemu.io(pool.file("disk"), "qcow2", "write -P %d %s".formatted(pattern, range));
    }

    private void read(String file, int pattern, String range) throws Exception {
        Qemu.io(pool.file(file), "qcow2", "read -P %d %s".formatted(pattern, range));
    }

    /** Keeps what an image reads as, to be compared later. */
    private void note(String file) throws Exception {
        Qemu.img(pool.path(), "convert", "-f", "qcow2", "-O", "raw", file, "../" + file + ".raw");
    }

    private void requireAsNoted(String file) throws Exception {
        Qemu.img(pool.path(), "compare", "-q", "-f", "qcow2", "-F", "raw", file, noted(file));
        Qemu.img(pool.path(), "check", "-q", "-f", "qcow2", file);
    }

    private static String noted(String file) {
        return "../" + file + ".raw";
    }

    /** As QEMU sees its file. */
    private KeptFile kept(SnapshotRef snapshot) throws Exception {
        return new KeptFile(
                snapshot.id(), Qemu.info(pool.file(file(snapshot))).path("actual-size").asLong());
    }

    @Test
    void theVolumeGoesOnOverWhatItWas() throws Exception {
        var inode = TestPool.inode(pool.file("disk"));
        note("disk");
        var command = seal(BEFORE);

        var result = bench.run(operation, 1, command);

        var kept = kept(BEFORE);
        assertThat(result)
                .isInstanceOfSatisfying(
                        Result.VolumeChanged.class,
                        changed -> {
                            assertThat(changed.file().backingFile()).isEqualTo(file(BEFORE));
                            assertThat(changed.file().backingFormat()).isEqualTo("qcow2");
                            assertThat(changed.file().capacity()).isEqualTo(1 << 20);
                            assertThat(changed.kept()).containsExactly(kept);
                        });
        assertThat(TestPool.inode(pool.file(file(BEFORE)))).isEqualTo(inode);
        requireAsNoted("disk");
        assertThat(Qemu.chain(pool.file("disk"))).containsExactly("disk", file(BEFORE), "base");
        assertThat(bench.run(operation, 2, command)).isEqualTo(result);
        assertThat(pool.staged()).isEmpty();
    }

    @Test
    void whatIsWrittenAfterwardsIsUndone() throws Exception {
        sealed(BEFORE);
        write(2, "0 128k");
        var back = SealedScenes.back(pool, volume, image(), BEFORE);

        var result = bench.run(operation, 1, back);

        assertThat(result).isInstanceOf(Result.VolumeChanged.class);
        read("disk", 1, "0 64k");
        read("disk", 0, "64k 64k");
        assertThat(bench.run(operation, 2, back)).isEqualTo(result);
        assertThat(pool.files()).containsExactly(file(BEFORE), "base", "disk");
    }

    /** before ← later, and before ← aside ← the volume. */
    private void tree() throws Exception {
        sealed(BEFORE);
        write(2, "64k 64k");
        sealed(LATER);
        write(3, "128k 64k");
        done(SealedScenes.back(pool, volume, image(), BEFORE));
        write(4, "32k 64k");
        sealed(ASIDE);
        write(5, "640k 64k");
    }

    @Test
    void whatIsOverASnapshotReadsTheSameWithoutIt() throws Exception {
        tree();
        var later = file(LATER);
        var aside = file(ASIDE);
        for (var file : new String[] {"disk", later, aside}) {
            note(file);
        }

        done(SealedScenes.drop(pool, volume, image(), BEFORE));

        for (var file : new String[] {"disk", later, aside}) {
            requireAsNoted(file);
        }
        assertThat(Qemu.chain(pool.file("disk"))).containsExactly("disk", aside, "base");
        assertThat(Qemu.chain(pool.file(later))).containsExactly(later, "base");

        done(SealedScenes.drop(pool, volume, image(), LATER));
        done(SealedScenes.drop(pool, volume, image(), ASIDE));

        requireAsNoted("disk");
        assertThat(pool.files()).containsExactly("base", "disk");
        assertThat(Qemu.chain(pool.file("disk"))).containsExactly("disk", "base");
    }

    @Test
    void whatASnapshotTakesInByTheLossOfAnotherIsTold() throws Exception {
        write(1, "0 512k");
        sealed(BEFORE);
        write(2, "512k 64k");
        sealed(LATER);
        var alone = kept(LATER).allocation();

        var result = bench.run(SealedScenes.drop(pool, volume, image(), BEFORE));

        var kept = kept(LATER);
        assertThat(result)
                .isInstanceOfSatisfying(
                        Result.VolumeChanged.class,
                        changed -> assertThat(changed.kept()).containsExactly(kept));
        assertThat(kept.allocation()).isGreaterThan(alone + (256 << 10));
    }

    @Test
    void aSnapshotInTheMiddleGoes() throws Exception {
        sealed(BEFORE);
        write(2, "32k 64k");
        sealed(LATER);
        write(3, "64k 64k");
        note("disk");

        done(SealedScenes.drop(pool, volume, image(), LATER));

        requireAsNoted("disk");
        done(SealedScenes.back(pool, volume, image(), BEFORE));
        read("disk", 1, "0 64k");
        read("disk", 0, "64k 64k");
    }

    @ParameterizedTest
    @ValueSource(longs = {3 << 20, 300 << 10})
    void theCapacityIsWhatItWasToo(long capacity) throws Exception {
        sealed(BEFORE);
        done(new Command.ResizeVolume(pool.place(), volume, 3, image(), capacity, true, false));
        note("disk");
        sealed(LATER);
        note(file(LATER));

        done(SealedScenes.back(pool, volume, image(), BEFORE));
        assertThat(Qemu.capacity(pool.file("disk"))).isEqualTo(1 << 20);
        read("disk", 9, "512k 64k");
        done(SealedScenes.drop(pool, volume, image(), BEFORE));

        requireAsNoted(file(LATER));
        read("disk", 9, "512k 64k");
        done(SealedScenes.back(pool, volume, image(), LATER));
        assertThat(Qemu.capacity(pool.file("disk"))).isEqualTo(capacity);
        requireAsNoted("disk");
    }

    @Test
    void whatASnapshotWasIsCloned() throws Exception {
        sealed(BEFORE);
        write(2, "0 64k");
        var clone =
                new Command.CloneVolume(
                        pool.place(),
                        UUID.randomUUID(),
                        1,
                        "clone",
                        "qcow2",
                        TestPool.MODE,
                        new ImageSource(pool.place(), volume, image(), BEFORE),
                        CloneStrategy.BEST,
                        new ImageShape(ImageOptions.USUAL, 0));

        assertThat(bench.run(clone)).isInstanceOf(Result.VolumeCloned.class);

        read("clone", 1, "0 64k");
        read("clone", 9, "512k 64k");
        assertThat(Qemu.chain(pool.file("clone"))).containsExactly("clone");
    }

    @Test
    void aCopyOfTheFileIsNoClone() throws Exception {
        sealed(BEFORE);
        var clone =
                new Command.CloneVolume(
                        pool.place(),
                        UUID.randomUUID(),
                        1,
                        "clone",
                        "qcow2",
                        TestPool.MODE,
                        new ImageSource(pool.place(), volume, image(), null),
                        CloneStrategy.BEST,
                        null);

        assertThat(code(bench.run(clone))).isEqualTo(ProblemCode.VOLUME_STATE);
        assertThat(pool.file("clone")).doesNotExist();
    }

    @Test
    void snapshotsGoWithTheirVolume() throws Exception {
        tree();

        assertThat(
                        bench.run(
                                new Command.DeleteVolume(
                                        pool.place(),
                                        volume,
                                        4,
                                        "disk",
                                        TestPool.inode(pool.file("disk")))))
                .isInstanceOf(Result.VolumeDeleted.class);

        assertThat(pool.files()).containsExactly("base");
        assertThat(pool.house("snapshots")).isEmptyDirectory();
    }

    @Test
    void aVolumeKeepsThemUnderAnotherNameAndInTheTrash() throws Exception {
        sealed(BEFORE);
        write(2, "64k 64k");
        note("disk");
        done(new Command.RenameVolume(pool.place(), volume, 4, image(), "named"));
        var named = pool.image("named", "qcow2");
        assertThat(bench.run(new Command.TrashVolume(pool.place(), volume, 5, named)))
                .isInstanceOf(Result.VolumeTrashed.class);
        assertThat(pool.files()).containsExactly(file(BEFORE), "base");
        var restored = new ImageRef("disk", "qcow2", named.inode());
        done(new Command.RestoreVolume(pool.place(), volume, 6, restored));

        requireAsNoted("disk");

        bench.run(new Command.TrashVolume(pool.place(), volume, 7, restored));
        bench.run(new Command.DeleteVolume(pool.place(), volume, 8, "disk", restored.inode()));
        assertThat(pool.files()).containsExactly("base");
        assertThat(pool.trashed()).isEmpty();
    }

    @Test
    void aFlatVolumeCanStillBeWhatItWas() throws Exception {
        sealed(BEFORE);
        write(2, "64k 64k");
        note("disk");
        done(new Command.FlattenVolume(pool.place(), volume, 4, image()));
        assertThat(Qemu.chain(pool.file("disk"))).containsExactly("disk");
        requireAsNoted("disk");

        done(new Command.ReturnToSealed(pool.place(), volume, 5, image(), BEFORE));

        read("disk", 1, "0 64k");
        read("disk", 0, "64k 64k");
        assertThat(Qemu.chain(pool.file("disk"))).containsExactly("disk", file(BEFORE), "base");
    }

    @Test
    void anImageWithSnapshotsInsideIsNeitherSealedNorReplaced() throws Exception {
        sealed(BEFORE);
        Qemu.img(pool.path(), "snapshot", "-c", "inner", "disk");
        var inode = TestPool.inode(pool.file("disk"));

        assertThat(code(bench.run(seal(LATER)))).isEqualTo(ProblemCode.VOLUME_STATE);
        assertThat(code(bench.run(SealedScenes.back(pool, volume, image(), BEFORE))))
                .isEqualTo(ProblemCode.VOLUME_STATE);
        assertThat(code(bench.run(SealedScenes.drop(pool, volume, image(), BEFORE))))
                .isEqualTo(ProblemCode.VOLUME_STATE);

        assertThat(TestPool.inode(pool.file("disk"))).isEqualTo(inode);
        assertThat(pool.files()).containsExactly(file(BEFORE), "base", "disk");
        assertThat(Qemu.chain(pool.file("disk"))).containsExactly("disk", file(BEFORE), "base");
    }

    @Test
    void anImageWithBitmapsIsNotSealed() throws Exception {
        Qemu.img(pool.path(), "bitmap", "--add", "disk", "backup");
        assertThat(code(bench.run(seal(BEFORE)))).isEqualTo(ProblemCode.VOLUME_STATE);
        assertThat(pool.files()).containsExactly("base", "disk");
    }

    @Test
    void anImageOfAnotherFormatIsNotSealed() throws Exception {
        bench.run(pool.create(UUID.randomUUID(), "other"));
        var command =
                SealedScenes.seal(pool, UUID.randomUUID(), pool.image("other", "raw"), BEFORE);
        assertThat(code(bench.run(command))).isEqualTo(ProblemCode.VOLUME_STATE);
        assertThat(pool.files()).containsExactly("base", "disk", "other");
    }

    @Test
    void nothingIsDoneToWhatAVirtualMachineHasOpen() throws Exception {
        sealed(BEFORE);
        try (var _ = Qemu.holding(pool.file("disk"), "qcow2")) {
            assertThat(code(bench.run(seal(LATER)))).isEqualTo(ProblemCode.VOLUME_IN_USE);
            assertThat(code(bench.run(SealedScenes.back(pool, volume, image(), BEFORE))))
                    .isEqualTo(ProblemCode.VOLUME_IN_USE);
            assertThat(code(bench.run(SealedScenes.drop(pool, volume, image(), BEFORE))))
                    .isEqualTo(ProblemCode.VOLUME_IN_USE);
        }
        assertThat(pool.files()).containsExactly(file(BEFORE), "base", "disk");
        read("disk", 1, "0 64k");
    }

    @Test
    void aFileThatWasRemovedIsMissed() throws Exception {
        sealed(BEFORE);
        sealed(LATER);
        done(SealedScenes.back(pool, volume, image(), BEFORE));
        Files.delete(pool.file(file(LATER)));

        assertThat(code(bench.run(SealedScenes.back(pool, volume, image(), LATER))))
                .isEqualTo(ProblemCode.SNAPSHOT_NOT_FOUND);
        done(SealedScenes.drop(pool, volume, image(), LATER));
        read("disk", 1, "0 64k");
    }

    @ParameterizedTest
    @ValueSource(strings = {"stage", "intent", "seal"})
    void nothingIsLeftOfWhatFails(String moment) throws Exception {
        at(
                Command.SealImage.class,
                moment,
                () -> {
                    throw new ProblemException(ProblemCode.IO_ERROR, "as if it were broken");
                });
        var inode = TestPool.inode(pool.file("disk"));

        assertThat(code(bench.run(operation, 1, seal(BEFORE)))).isEqualTo(ProblemCode.IO_ERROR);

        assertThat(TestPool.inode(pool.file("disk"))).isEqualTo(inode);
        assertThat(pool.files()).containsExactly("base", "disk");
        assertThat(pool.staged()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"stage", "intent", "seal"})
    void settlesWhatIsNotSealedAsUndone(String moment) throws Exception {
        assertThat(settledAfter(moment, seal(BEFORE))).isNull();
        assertThat(pool.files()).containsExactly("base", "disk");
        assertThat(pool.staged()).isEmpty();
        read("disk", 1, "0 64k");
    }

    @Test
    void settlesWhatIsSealedAsDone() throws Exception {
        assertThat(settledAfter("publish", seal(BEFORE))).isInstanceOf(Result.VolumeChanged.class);
        assertThat(Qemu.chain(pool.file("disk"))).containsExactly("disk", file(BEFORE), "base");
    }

    @Test
    void settlesADropByWhetherTheFileIsThere() throws Exception {
        sealed(BEFORE);
        write(2, "64k 64k");
        note("disk");
        var drop = SealedScenes.drop(pool, volume, image(), BEFORE);
        assertThat(settledAfter("merge", drop)).isNull();
        requireAsNoted("disk");

        assertThat(bench.run(SealedScenes.drop(pool, volume, image(), BEFORE)))
                .isInstanceOf(Result.VolumeChanged.class);
        requireAsNoted("disk");
    }
}
