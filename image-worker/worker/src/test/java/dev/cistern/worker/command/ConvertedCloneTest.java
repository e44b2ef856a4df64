package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.CloneStrategy;
import dev.cistern.common.message.Command;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.message.ImageShape;
import dev.cistern.common.message.ImageSource;
import dev.cistern.common.message.Result;
import dev.cistern.common.message.SnapshotRef;
import dev.cistern.common.problem.ProblemCode;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clones of another format, shape or time than their source. */
class ConvertedCloneTest extends PoolBench {
    private static final ImageShape USUAL = new ImageShape(ImageOptions.USUAL, 0);
    private static final SnapshotRef BEFORE =
            new SnapshotRef(
                    UUID.randomUUID(), "before", Instant.parse("2026-11-23T21:00:00.5Z"), "7");

    private final UUID source = UUID.randomUUID();

    @BeforeEach
    void start() throws Exception {
        bench.run(pool.create(source, "base", "qcow2"));
        Qemu.io(pool.file("base"), "qcow2", "write -P 0x11 64k 64k");
    }

    private @Nullable Result clone(
            String format, CloneStrategy strategy, @Nullable SnapshotRef snapshot, ImageShape shape)
            throws Exception {
        return bench.run(
                operation,
                1,
                new Command.CloneVolume(
                        pool.place(),
                        volume,
                        1,
                        "copy",
                        format,
                        TestPool.MODE,
                        new ImageSource(
                                pool.place(), source, pool.image("base", "qcow2"), snapshot),
                        strategy,
                        shape));
    }

    private void snapshot() throws Exception {
        bench.run(
                new Command.CreateSnapshot(
                        pool.place(), source, 2, pool.image("base", "qcow2"), BEFORE));
    }

    private static ImageShape vmdk(@Nullable String subformat) {
        return new ImageShape(ImageOptions.vmdk(subformat, "lsilogic", null), 0);
    }

    private void assertMade(@Nullable Result result, String format) throws Exception {
        assertThat(result)
                .isInstanceOfSatisfying(
                        Result.VolumeCloned.class,
                        cloned -> {
                            assertThat(cloned.strategy()).isEqualTo(CloneStrategy.FULL);
                            assertThat(cloned.file().format()).isEqualTo(format);
                            assertThat(cloned.file().problem()).isNull();
                        });
        assertThat(pool.staged()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"raw,", "qcow2,", "vmdk,", "vmdk,monolithicSparse", "vmdk,streamOptimized"})
    void readsAsItsSourceInAnyFormat(String format, @Nullable String subformat) throws Exception {
        var shape = format.equals("vmdk") ? vmdk(subformat) : USUAL;

        assertMade(clone(format, CloneStrategy.BEST, null, shape), format);

        Qemu.img(pool.path(), "compare", "-f", "qcow2", "-F", format, "base", "copy");
    }

    @Test
    void isAsItsOptionsSayAndAsLarge() throws Exception {
        var options = new ImageOptions(null, null, 4096, null, null, "zstd", null);

        assertMade(
                clone("qcow2", CloneStrategy.FULL, null, new ImageShape(options, 5 << 20)),
                "qcow2");

        assertThat(Qemu.capacity(pool.file("copy"))).isEqualTo(5 << 20);
        assertThat(Qemu.img(pool.path(), "info", "copy"))
                .contains("cluster_size: 4096", "compression type: zstd");
        Qemu.img(pool.path(), "compare", "base", "copy");
        Qemu.img(pool.path(), "check", "-q", "-f", "qcow2", "copy");
    }

    @Test
    void isLinkedAndLarger() throws Exception {
        var options = new ImageOptions(null, null, 131_072, null, null, null, null);

        assertThat(clone("qcow2", CloneStrategy.LINKED, null, new ImageShape(options, 5 << 20)))
                .isInstanceOfSatisfying(
                        Result.VolumeCloned.class,
                        cloned -> {
                            assertThat(cloned.strategy()).isEqualTo(CloneStrategy.LINKED);
                            assertThat(cloned.file().capacity()).isEqualTo(5 << 20);
                            assertThat(cloned.file().backingFile()).isEqualTo("base");
                        });
        Qemu.img(pool.path(), "compare", "base", "copy");
    }

    @ParameterizedTest
    @CsvSource({"qcow2", "raw"})
    void readsAsItsSourceDidInASnapshot(String format) throws Exception {
        snapshot();
        Qemu.io(pool.file("base"), "qcow2", "write -P 0x22 0 128k");

        assertMade(clone(format, CloneStrategy.BEST, BEFORE, USUAL), format);

        Qemu.io(pool.file("copy"), format, "read -P 0 0 64k");
        Qemu.io(pool.file("copy"), format, "read -P 0x11 64k 64k");
        assertThat(Qemu.snapshots(pool.file("base"))).containsExactly("before");
    }

    @Test
    void refusesASnapshotThatIsNotThere() throws Exception {
        assertThat(code(clone("qcow2", CloneStrategy.FULL, BEFORE, USUAL)))
                .isEqualTo(ProblemCode.SNAPSHOT_NOT_FOUND);
        assertThat(pool.files()).containsExactly("base");
        assertThat(pool.staged()).isEmpty();
    }

    @Test
    void linksToNoSnapshotInsideOfAnImage() throws Exception {
        snapshot();

        assertThat(code(clone("qcow2", CloneStrategy.LINKED, BEFORE, USUAL)))
                .isEqualTo(ProblemCode.SNAPSHOT_NOT_FOUND);
        assertThat(pool.files()).containsExactly("base");
    }

    @Test
    void readsNoFileOutsideOfItsPool() throws Exception {
        Qemu.img(folder, "create", "-q", "-f", "raw", "secret", "1M");
        Qemu.img(
                pool.path(), "rebase", "-u", "-f", "qcow2", "-b", "../secret", "-F", "raw", "base");

        assertThat(code(clone("raw", CloneStrategy.FULL, null, USUAL)))
                .isEqualTo(ProblemCode.IO_ERROR);
        assertThat(pool.files()).containsExactly("base");
    }

    @Test
    void leavesNothingWhenItIsCancelled() throws Exception {
        bench.hand.cancel(operation);

        assertThat(code(clone("raw", CloneStrategy.FULL, null, USUAL)))
                .isEqualTo(ProblemCode.CANCELLED);
        assertThat(pool.files()).containsExactly("base");
        assertThat(pool.staged()).isEmpty();
    }

    @Test
    void refusesWhatNoImageCanBe() throws Exception {
        var shape =
                new ImageShape(new ImageOptions("metadata", null, null, null, null, null, null), 0);

        assertThat(code(clone("qcow2", CloneStrategy.LINKED, null, shape)))
                .isEqualTo(ProblemCode.INVALID_REQUEST);
        assertThat(pool.files()).containsExactly("base");
    }
}
