package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.common.message.WipeAlgorithm;
import dev.cistern.common.problem.ProblemCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Flatten, commit, compact: images that are changed where they are. */
class UpkeepTest extends PoolBench {
    private final UUID base = UUID.randomUUID();
    private final UUID top = UUID.randomUUID();

    @BeforeEach
    void start() throws Exception {
        bench.run(pool.create(base, "base", "qcow2"));
        Qemu.io(pool.file("base"), "qcow2", "write -P 0x11 0 128k");
        Qemu.img(pool.path(), "create", "-q", "-f", "qcow2", "-b", "base", "-F", "qcow2", "top");
        Qemu.io(pool.file("top"), "qcow2", "write -P 0x22 64k 128k");
        Qemu.img(pool.path(), "convert", "-O", "raw", "top", "../expected");
    }

    private Command.FlattenVolume flatten() throws IOException {
        return new Command.FlattenVolume(pool.place(), top, 2, pool.image("top", "qcow2"));
    }

    private Command.CommitVolume commit() throws IOException {
        return new Command.CommitVolume(
                pool.place(),
                top,
                2,
                pool.image("top", "qcow2"),
                base,
                pool.image("base", "qcow2"));
    }

    private void assertReadsAsBefore(String... names) throws Exception {
        for (var name : names) {
            Qemu.img(pool.path(), "check", "-q", name);
            Qemu.img(pool.path(), "compare", "-f", "qcow2", "-F", "raw", name, "../expected");
        }
    }

    @Test
    void aFlatImageNeedsNoOther() throws Exception {
        var result = bench.run(operation, 1, flatten());

        assertThat(result)
                .isInstanceOfSatisfying(
                        Result.VolumeChanged.class,
                        changed -> assertThat(changed.file().backingFile()).isNull());
        Files.move(pool.file("base"), folder.resolve("away"));
        assertReadsAsBefore("top");
        assertThat(bench.run(operation, 2, flatten())).isEqualTo(result);
    }

    @Test
    void nothingIsFlattenedOnceItIsCancelled() throws Exception {
        at(Command.FlattenVolume.class, "intent", () -> bench.hand.cancel(operation));

        assertThat(code(bench.run(operation, 1, flatten()))).isEqualTo(ProblemCode.CANCELLED);
        assertThat(Qemu.img(pool.path(), "info", "top")).contains("backing file: base");
        assertReadsAsBefore("top");
    }

    @Test
    void whatAVirtualMachineHasOpenIsNotFlattened() throws Exception {
        try (var _ = Qemu.holding(pool.file("top"), "qcow2")) {
            assertThat(code(bench.run(operation, 1, flatten())))
                    .isEqualTo(ProblemCode.VOLUME_IN_USE);
        }
        assertReadsAsBefore("top");
    }

    @Test
    void whatWasOnTopIsBelow() throws Exception {
        var result = bench.run(operation, 1, commit());

        assertThat(result)
                .isInstanceOfSatisfying(
                        Result.VolumeCommitted.class,
                        committed -> {
                            assertThat(committed.file().backingFile()).isEqualTo("base");
                            assertThat(committed.base().name()).isEqualTo("base");
                            assertThat(committed.baseId()).isEqualTo(base);
                        });
        assertReadsAsBefore("top", "base");
        assertThat(bench.run(operation, 2, commit())).isEqualTo(result);
    }

    @Test
    void aBaseThatAVirtualMachineHasOpenIsNotWrittenTo() throws Exception {
        try (var _ = Qemu.holding(pool.file("base"), "qcow2")) {
            assertThat(code(bench.run(operation, 1, commit())))
                    .isEqualTo(ProblemCode.VOLUME_IN_USE);
        }
        Qemu.io(pool.file("base"), "qcow2", "read -P 0x11 64k 64k");
        assertReadsAsBefore("top");
    }

    private Command.WipeVolume wipe(String name, String format, WipeAlgorithm algorithm)
            throws IOException {
        return new Command.WipeVolume(pool.place(), top, 2, pool.image(name, format), algorithm);
    }

    @ParameterizedTest
    @EnumSource(
            value = WipeAlgorithm.class,
            names = {"ZERO", "NNSA", "TRIM"})
    void nothingIsReadOfAWipedImage(WipeAlgorithm algorithm) throws Exception {
        assertThat(bench.run(operation, 1, wipe("top", "qcow2", algorithm)))
                .isInstanceOf(Result.VolumeChanged.class);

        Qemu.img(pool.path(), "check", "-q", "top");
        Qemu.io(pool.file("top"), "qcow2", "read -P 0 0 1M");
        assertThat(new String(Files.readAllBytes(pool.file("top")), StandardCharsets.ISO_8859_1))
                .doesNotContain("\"".repeat(4096));
        Qemu.io(pool.file("base"), "qcow2", "read -P 0x11 0 128k");
    }

    @Test
    void theLastPassIsWhatIsRead() throws Exception {
        Qemu.img(pool.path(), "create", "-q", "-f", "raw", "raw", "1M");
        Qemu.io(pool.file("raw"), "raw", "write -P 0x44 0 100k");

        bench.run(operation, 1, wipe("raw", "raw", WipeAlgorithm.BSI));

        Qemu.io(pool.file("raw"), "raw", "read -P 0x7f 0 100k");
    }

    @ParameterizedTest
    @EnumSource
    void theEngineKnowsEachAlgorithm(WipeAlgorithm algorithm) {
        assertThat(dev.cistern.image.operations.WipeAlgorithm.of(algorithm.text()))
                .hasValueSatisfying(known -> assertThat(known).hasToString(algorithm.name()));
    }

    @Test
    void zeroesGiveTheirSpaceBack() throws Exception {
        Qemu.img(pool.path(), "create", "-q", "-f", "raw", "raw", "4M");
        Qemu.io(pool.file("raw"), "raw", "write -P 0 0 3M");
        Qemu.io(pool.file("raw"), "raw", "write -P 0x33 3M 100k");
        Files.copy(pool.file("raw"), folder.resolve("before"));
        var compact =
                new Command.CompactVolume(
                        pool.place(), UUID.randomUUID(), 2, pool.image("raw", "raw"));

        var result = bench.run(operation, 1, compact);

        assertThat(result)
                .isInstanceOfSatisfying(
                        Result.VolumeChanged.class,
                        changed -> assertThat(changed.file().allocation()).isLessThan(1 << 20));
        assertThat(Files.mismatch(pool.file("raw"), folder.resolve("before"))).isEqualTo(-1);
    }

    @Test
    void zeroesInAQcow2ImageGiveTheirClustersBack() throws Exception {
        Qemu.io(pool.file("top"), "qcow2", "write -P 0 512k 256k");
        Qemu.img(pool.path(), "convert", "-O", "raw", "top", "../expected");
        var before = allocated("top");
        var compact = new Command.CompactVolume(pool.place(), top, 2, pool.image("top", "qcow2"));

        assertThat(bench.run(operation, 1, compact)).isInstanceOf(Result.VolumeChanged.class);

        assertReadsAsBefore("top");
        assertThat(allocated("top")).isLessThan(before);
    }

    /** Blocks of the file. */
    private long allocated(String name) throws IOException {
        var stat = new ProcessBuilder("stat", "-c", "%b", pool.file(name).toString()).start();
        return Long.parseLong(
                new String(stat.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip());
    }

    /** A snapshot inside reads from below what it has not of its own. */
    @Test
    void whatIsBelowAnImageWithSnapshotsStays() throws Exception {
        Qemu.img(pool.path(), "snapshot", "-c", "inner", "top");
        var commit = commit();

        assertThat(code(bench.run(flatten()))).isEqualTo(ProblemCode.VOLUME_STATE);
        assertThat(code(bench.run(commit))).isEqualTo(ProblemCode.VOLUME_STATE);

        Qemu.img(pool.path(), "snapshot", "-a", "inner", "top");
        Qemu.img(pool.path(), "compare", "-F", "raw", "top", "../expected");
    }
}
