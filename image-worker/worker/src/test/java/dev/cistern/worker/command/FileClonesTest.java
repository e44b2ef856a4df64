package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.CloneStrategy;
import dev.cistern.common.message.Command;
import dev.cistern.common.message.FileFacts;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.message.ImageShape;
import dev.cistern.common.message.ImageSource;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A file that QEMU's tools have made in a pool's folder, and that no volume is known of. */
class FileClonesTest extends PoolBench {
    @BeforeEach
    void template() throws Exception {
        Qemu.img(pool.path(), "create", "-q", "-f", "qcow2", "template", "1M");
        Qemu.io(pool.file("template"), "qcow2", "write -P 0x11 64k 64k");
    }

    private @Nullable Result look(String name) throws Exception {
        return bench.run(new Command.LookAtFile(pool.place(), name));
    }

    private FileFacts seen(String name) throws Exception {
        return look(name) instanceof Result.FileSeen(var file)
                ? file
                : Assertions.fail(name + " was not seen");
    }

    private Command.CloneVolume clone(
            CloneStrategy strategy, String format, @Nullable ImageShape shape) throws IOException {
        return new Command.CloneVolume(
                pool.place(),
                volume,
                1,
                "copy",
                format,
                TestPool.MODE,
                new ImageSource(pool.place(), null, pool.image("template", "qcow2")),
                strategy,
                shape);
    }

    private @Nullable Result cloned(Command.CloneVolume command) throws Exception {
        return bench.run(operation, 1, command);
    }

    private void requireRefused(@Nullable Result result, ProblemCode code) throws Exception {
        assertThat(code(result)).isEqualTo(code);
        assertThat(pool.files()).doesNotContain("copy");
        assertThat(pool.staged()).isEmpty();
    }

    @Test
    void tellsWhatAScanWouldTell() throws Exception {
        var file = seen("template");

        assertThat(file.format()).isEqualTo("qcow2");
        assertThat(file.capacity()).isEqualTo(1 << 20);
        assertThat(file.inode()).isEqualTo(TestPool.inode(pool.file("template")));
        assertThat(file.partOf()).isNull();
    }

    @Test
    void tellsOfAnExtentWhoseItIs() throws Exception {
        Qemu.img(
                pool.path(),
                "create",
                "-q",
                "-f",
                "vmdk",
                "-o",
                "subformat=monolithicFlat",
                "disk.vmdk",
                "1M");

        assertThat(seen("disk-flat.vmdk").partOf()).isEqualTo("disk.vmdk");
        assertThat(seen("disk.vmdk").partOf()).isNull();
    }

    /** A guest may have written whatever header it likes into it. */
    @Test
    void believesTheRecordOfAVolumeMoreThanTheContent() throws Exception {
        bench.run(pool.create(UUID.randomUUID(), "raw", "raw"));
        Files.copy(pool.file("template"), folder.resolve("header"));
        Files.write(pool.file("raw"), Files.readAllBytes(folder.resolve("header")));

        assertThat(seen("raw").format()).isEqualTo("raw");
    }

    @Test
    void findsNothingButFilesThatUsersSee() throws Exception {
        Files.createSymbolicLink(pool.file("link"), pool.file("template"));
        Files.createDirectory(pool.file("folder"));

        assertThat(code(look("none"))).isEqualTo(ProblemCode.FILE_NOT_FOUND);
        assertThat(code(look("link"))).isEqualTo(ProblemCode.UNSUPPORTED);
        assertThat(code(look("folder"))).isEqualTo(ProblemCode.UNSUPPORTED);
        assertThat(code(look(".cistern"))).isEqualTo(ProblemCode.INVALID_REQUEST);
        assertThat(code(look("../pool/template"))).isEqualTo(ProblemCode.INVALID_REQUEST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"linked", "full", "best"})
    void readsAsTheFile(String strategy) throws Exception {
        var result = cloned(clone(CloneStrategy.of(strategy), "qcow2", null));

        assertThat(result).isInstanceOf(Result.VolumeCloned.class);
        Qemu.img(pool.path(), "compare", "-f", "qcow2", "-F", "qcow2", "template", "copy");
        Qemu.img(pool.path(), "check", "-q", "-f", "qcow2", "copy");
        assertThat(pool.staged()).isEmpty();
    }

    @Test
    void isOfAnotherFormatIfThatIsAskedFor() throws Exception {
        var result =
                cloned(
                        clone(
                                CloneStrategy.FULL,
                                "raw",
                                new ImageShape(ImageOptions.USUAL, 2 << 20)));

        assertThat(result).isInstanceOf(Result.VolumeCloned.class);
        assertThat(pool.file("copy")).hasSize(2 << 20);
        Qemu.io(pool.file("copy"), "raw", "read -P 0x11 64k 64k");
    }

    @Test
    void refusesAFileThatAVirtualMachineWritesTo() throws Exception {
        var command = clone(CloneStrategy.FULL, "qcow2", null);
        try (var _ = Qemu.holding(pool.file("template"), "qcow2")) {
            requireRefused(cloned(command), ProblemCode.VOLUME_IN_USE);
        }
    }

    @Test
    void refusesAFileThatHasVanished() throws Exception {
        var command = clone(CloneStrategy.FULL, "qcow2", null);
        Files.delete(pool.file("template"));

        requireRefused(cloned(command), ProblemCode.FILE_NOT_FOUND);
    }

    @Test
    void refusesAFileThatWasReplaced() throws Exception {
        var command = clone(CloneStrategy.FULL, "qcow2", null);
        Files.copy(pool.file("template"), pool.file("other"));
        Files.move(pool.file("other"), pool.file("template"), StandardCopyOption.REPLACE_EXISTING);

        requireRefused(cloned(command), ProblemCode.VOLUME_DRIFTED);
    }

    /** What it is over is not read either. */
    @Test
    void refusesAFileThatIsOverOneOutsideOfThePool() throws Exception {
        Qemu.img(folder, "create", "-q", "-f", "raw", "outside", "1M");
        Files.delete(pool.file("template"));
        Qemu.img(
                pool.path(),
                "create",
                "-q",
                "-f",
                "qcow2",
                "-F",
                "raw",
                "-b",
                folder.resolve("outside").toString(),
                "template");
        var converted = clone(CloneStrategy.FULL, "raw", new ImageShape(ImageOptions.USUAL, 0));

        assertThat(cloned(converted)).isInstanceOf(Result.CommandFailed.class);
        assertThat(pool.files()).containsExactly("template");
        assertThat(pool.staged()).isEmpty();
    }

    @Test
    void asksForThePassphraseOfAnEncryptedFile() throws Exception {
        Files.delete(pool.file("template"));
        Qemu.img(
                pool.path(),
                "create",
                "-q",
                "--object",
                "secret,id=s,data=x",
                "-f",
                "qcow2",
                "-o",
                "encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=10",
                "template",
                "1M");
        assertThat(seen("template").options()).isNotNull();

        requireRefused(
                cloned(clone(CloneStrategy.FULL, "raw", new ImageShape(ImageOptions.USUAL, 0))),
                ProblemCode.SECRET_UNAVAILABLE);

        assertThat(bench.run(UUID.randomUUID(), 1, clone(CloneStrategy.FULL, "qcow2", null)))
                .isInstanceOf(Result.VolumeCloned.class);
        assertThat(Files.mismatch(pool.file("template"), pool.file("copy"))).isEqualTo(-1);
    }
}
