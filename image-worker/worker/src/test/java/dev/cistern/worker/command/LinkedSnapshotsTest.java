package dev.cistern.worker.command;

import static dev.cistern.worker.command.SealedScenes.BEFORE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.CloneStrategy;
import dev.cistern.common.message.Command;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.message.ImageRef;
import dev.cistern.common.message.ImageShape;
import dev.cistern.common.message.ImageSource;
import dev.cistern.common.message.Result;
import dev.cistern.common.message.SealedFile;
import dev.cistern.common.message.SnapshotRef;
import dev.cistern.common.problem.ProblemCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Linked clones of what volumes were: images over sealed files, as QEMU finds them. */
class LinkedSnapshotsTest extends PoolBench {
    private static final SnapshotRef LATER = SealedScenes.snapshot("later");

    private ImageRef image() throws Exception {
        return pool.image("disk", "qcow2");
    }

    private String file(SnapshotRef snapshot) {
        return SealedScenes.sealed(volume, snapshot);
    }

    private void done(Command command) throws Exception {
        assertThat(bench.run(command)).isInstanceOf(Result.VolumeChanged.class);
    }

    private void write(String file, String what) throws Exception {
        Qemu.io(pool.file(file), "qcow2", "write -P " + what);
    }

    /** base ← before ← later ← the volume, each with something of its own. */
    private void sealedTwice() throws Exception {
        SealedScenes.disk(pool, volume, bench);
        done(SealedScenes.seal(pool, volume, image(), BEFORE));
        write("disk", "2 64k 64k");
        done(SealedScenes.seal(pool, volume, image(), LATER));
        write("disk", "3 128k 64k");
    }

    private @Nullable Result clone(SnapshotRef snapshot, ImageRef of, @Nullable ImageShape shape)
            throws Exception {
        return bench.run(
                new Command.CloneVolume(
                        pool.place(),
                        UUID.randomUUID(),
                        1,
                        "clone",
                        "qcow2",
                        TestPool.MODE,
                        new ImageSource(pool.place(), volume, of, snapshot),
                        CloneStrategy.LINKED,
                        shape));
    }

    private void cloned(SnapshotRef snapshot) throws Exception {
        assertThat(clone(snapshot, image(), null))
                .isInstanceOfSatisfying(
                        Result.VolumeCloned.class,
                        made -> {
                            assertThat(made.strategy()).isEqualTo(CloneStrategy.LINKED);
                            assertThat(made.file().backingFile()).isEqualTo(file(snapshot));
                        });
    }

    private Path noted(String file) throws Exception {
        var raw = folder.resolve(file + ".raw");
        Qemu.img(pool.path(), "convert", "-O", "raw", file, raw.toString());
        return raw;
    }

    private void requireAs(Path raw, String file) throws Exception {
        Qemu.img(pool.path(), "compare", "-F", "raw", file, raw.toString());
        Qemu.img(pool.path(), "check", "-q", "-f", "qcow2", file);
    }

    @Test
    void readWhatTheVolumeWas() throws Exception {
        sealedTwice();
        var before = noted(file(BEFORE));

        cloned(BEFORE);

        assertThat(Qemu.chain(pool.file("clone"))).containsExactly("clone", file(BEFORE), "base");
        requireAs(before, "clone");
        write("clone", "7 0 256k");
        requireAs(before, file(BEFORE));
        Qemu.io(pool.file("disk"), "qcow2", "read -P 3 128k 64k");
    }

    @Test
    void areOfTheSnapshotsCapacityOrMore() throws Exception {
        sealedTwice();
        done(new Command.ResizeVolume(pool.place(), volume, 5, image(), 8 << 20, false, false));

        cloned(BEFORE);
        assertThat(Qemu.capacity(pool.file("clone"))).isEqualTo(1 << 20);
        Files.delete(pool.file("clone"));

        assertThat(clone(BEFORE, image(), new ImageShape(ImageOptions.USUAL, 4 << 20)))
                .isInstanceOf(Result.VolumeCloned.class);
        assertThat(Qemu.capacity(pool.file("clone"))).isEqualTo(4 << 20);
    }

    /** A snapshot below takes nothing with it, as another one takes its content in. */
    @Test
    void readTheSameWhateverIsDoneToTheVolume() throws Exception {
        sealedTwice();
        cloned(LATER);
        write("clone", "7 256k 64k");
        var asItIs = noted("clone");

        done(SealedScenes.back(pool, volume, image(), BEFORE));
        requireAs(asItIs, "clone");
        done(SealedScenes.drop(pool, volume, image(), BEFORE));
        requireAs(asItIs, "clone");
        done(new Command.RenameVolume(pool.place(), volume, 9, image(), "renamed"));

        requireAs(asItIs, "clone");
        assertThat(Qemu.chain(pool.file("clone"))).containsExactly("clone", file(LATER), "base");
    }

    /** QEMU holds what its image is over, and so no merge goes on below a machine. */
    @Test
    void keepASnapshotFromAMergeWhileAMachineUsesThem() throws Exception {
        sealedTwice();
        cloned(LATER);
        var drop = SealedScenes.drop(pool, volume, image(), BEFORE);

        try (var _ = Qemu.holding(pool.file("clone"), "qcow2")) {
            assertThat(code(bench.run(drop))).isEqualTo(ProblemCode.VOLUME_IN_USE);
        }

        assertThat(Qemu.chain(pool.file("clone")))
                .containsExactly("clone", file(LATER), file(BEFORE), "base");
    }

    @Test
    void needTheSealedFile() throws Exception {
        sealedTwice();

        assertThat(code(clone(SealedScenes.snapshot("none"), image(), null)))
                .isEqualTo(ProblemCode.SNAPSHOT_NOT_FOUND);

        assertThat(pool.file("clone")).doesNotExist();
        assertThat(pool.staged()).isEmpty();
    }

    @Test
    void areMadeOfVmdkToo() throws Exception {
        bench.run(pool.create(volume, "disk.vmdk", "vmdk"));
        Qemu.io(pool.file("disk.vmdk"), "vmdk", "write -P 1 0 64k");
        var image = pool.image("disk.vmdk", "vmdk");
        done(SealedScenes.seal(pool, volume, image, BEFORE));
        Qemu.io(pool.file("disk.vmdk"), "vmdk", "write -P 2 0 64k");

        assertThat(clone(BEFORE, pool.image("disk.vmdk", "vmdk"), null))
                .isInstanceOf(Result.VolumeCloned.class);

        Qemu.io(pool.file("clone"), "qcow2", "read -P 1 0 64k");
        assertThat(Qemu.chain(pool.file("clone")))
                .startsWith("clone", SealedFile.name(volume, BEFORE.id(), "vmdk"));
        Qemu.io(pool.file("disk.vmdk"), "vmdk", "read -P 2 0 64k");
    }
}
