package dev.cistern.worker.command;

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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** External snapshots of vmdk volumes: delta links, as VMware has them. */
class DeltaLinksTest extends PoolBench {
    private static final SnapshotRef BEFORE = SealedScenes.snapshot("before");
    private static final SnapshotRef LATER = SealedScenes.snapshot("later");
    private static final SnapshotRef ASIDE = SealedScenes.snapshot("aside");

    @BeforeEach
    void start() throws Exception {
        bench.run(pool.create(volume, "disk", "vmdk"));
        write(1, "0 64k");
    }

    private ImageRef image() throws Exception {
        return pool.image("disk", "vmdk");
    }

    private Command.SealImage seal(SnapshotRef snapshot) throws Exception {
        return new Command.SealImage(pool.place(), volume, 3, image(), snapshot);
    }

    private Command.ReturnToSealed back(SnapshotRef snapshot) throws Exception {
        return SealedScenes.back(pool, volume, image(), snapshot);
    }

    private Command.DropSealed drop(SnapshotRef snapshot) throws Exception {
        return SealedScenes.drop(pool, volume, image(), snapshot);
    }

    private void done(Command command) throws Exception {
        assertThat(bench.run(command)).isInstanceOf(Result.VolumeChanged.class);
    }

    private String file(SnapshotRef snapshot) {
        return SealedFile.name(volume, snapshot.id(), "vmdk");
    }

    private void write(int pattern, String range) throws Exception {
        Qemu.io(pool.file("disk"), "vmdk", "write -P %d %s".formatted(pattern, range));
    }

    private void read(String file, int pattern, String range) throws Exception {
        Qemu.io(pool.file(file), "vmdk", "read -P %d %s".formatted(pattern, range));
    }

    private void note(String file) throws Exception {
        Qemu.img(pool.path(), "convert", "-f", "vmdk", "-O", "raw", file, noted(file));
    }

    private void requireAsNoted(String file) throws Exception {
        Qemu.img(pool.path(), "compare", "-q", "-f", "vmdk", "-F", "raw", file, noted(file));
        Qemu.img(pool.path(), "check", "-q", "-f", "vmdk", file);
    }

    private static String noted(String file) {
        return "../" + file + ".raw";
    }

    /** What a descriptor in the file says. */
    private void requireSays(String file, String line) throws Exception {
        var head = new byte[64 << 10];
        try (var in = Files.newInputStream(pool.file(file))) {
            assertThat(in.readNBytes(head, 0, head.length)).isPositive();
        }
        assertThat(new String(head, StandardCharsets.ISO_8859_1)).contains(line);
    }

    @Test
    void theUpperImageNamesTheLowerAndBothSayTheirNames() throws Exception {
        note("disk");

        done(seal(BEFORE));

        requireAsNoted("disk");
        requireSays("disk", "parentFileNameHint=\"" + file(BEFORE) + "\"");
        requireSays("disk", "SPARSE \"disk\"");
        requireSays(file(BEFORE), "SPARSE \"" + file(BEFORE) + "\"");
        assertThat(pool.files()).containsExactly(file(BEFORE), "disk");
    }

    @Test
    void flattensNothingAndTellsTheWayOut() throws Exception {
        done(seal(BEFORE));

        var result = bench.run(new Command.FlattenVolume(pool.place(), volume, 4, image()));

        assertThat(result)
                .isInstanceOfSatisfying(
                        Result.CommandFailed.class,
                        failed -> {
                            assertThat(failed.problem().code()).isEqualTo(ProblemCode.UNSUPPORTED);
                            assertThat(failed.problem().detail())
                                    .contains("delete its snapshots")
                                    .doesNotContain("convert");
                        });
        done(drop(BEFORE));
        assertThat(pool.files()).containsExactly("disk");
        read("disk", 1, "0 64k");
    }

    @Test
    void whatIsOverASnapshotReadsTheSameWithoutIt() throws Exception {
        done(seal(BEFORE));
        write(2, "64k 64k");
        done(seal(LATER));
        write(3, "128k 64k");
        done(back(BEFORE));
        read("disk", 1, "0 64k");
        read("disk", 0, "64k 128k");
        write(4, "32k 64k");
        done(seal(ASIDE));
        write(5, "640k 64k");
        for (var file : new String[] {"disk", file(LATER), file(ASIDE)}) {
            note(file);
        }

        done(drop(BEFORE));

        assertThat(pool.file(file(BEFORE))).doesNotExist();
        for (var file : new String[] {"disk", file(LATER), file(ASIDE)}) {
            requireAsNoted(file);
        }
        done(drop(ASIDE));
        done(drop(LATER));
        requireAsNoted("disk");
        assertThat(pool.files()).containsExactly("disk");
        requireSays("disk", "parentCID=ffffffff");
    }

    @Test
    void whatASnapshotWasIsCloned() throws Exception {
        done(seal(BEFORE));
        write(2, "0 64k");
        var clone =
                new Command.CloneVolume(
                        pool.place(),
                        UUID.randomUUID(),
                        1,
                        "clone",
                        "vmdk",
                        TestPool.MODE,
                        new ImageSource(pool.place(), volume, image(), BEFORE),
                        CloneStrategy.BEST,
                        new ImageShape(ImageOptions.USUAL, 0));

        assertThat(bench.run(clone)).isInstanceOf(Result.VolumeCloned.class);

        read("clone", 1, "0 64k");
        requireSays("clone", "parentCID=ffffffff");
    }

    @Test
    void anImageForStreamsIsNotSealed() throws Exception {
        Qemu.img(
                pool.path(),
                "convert",
                "-f",
                "vmdk",
                "-O",
                "vmdk",
                "-o",
                "subformat=streamOptimized",
                "disk",
                "stream");
        var command =
                SealedScenes.seal(pool, UUID.randomUUID(), pool.image("stream", "vmdk"), BEFORE);
        assertThat(code(bench.run(command))).isEqualTo(ProblemCode.VOLUME_STATE);
        assertThat(pool.files()).containsExactly("disk", "stream");
    }

    /** The old image's name in it is put right by whoever ends the work. */
    @Test
    void aTakeoverEndsWhatIsInPlace() throws Exception {
        var command = seal(BEFORE);
        var operation = UUID.randomUUID();
        dieAt(Command.SealImage.class, "publish");
        assertThat(bench.run(operation, 1, command)).isNull();

        assertThat(bench.run(operation, 2, command)).isInstanceOf(Result.VolumeChanged.class);

        requireSays(file(BEFORE), "SPARSE \"" + file(BEFORE) + "\"");
        read("disk", 1, "0 64k");
    }

    @Test
    void snapshotsGoWithTheirVolume() throws Exception {
        done(seal(BEFORE));
        bench.run(
                new Command.DeleteVolume(
                        pool.place(), volume, 4, "disk", TestPool.inode(pool.file("disk"))));
        assertThat(pool.files()).isEmpty();
    }
}
