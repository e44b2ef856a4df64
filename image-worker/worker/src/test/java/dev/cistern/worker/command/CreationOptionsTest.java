package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Images that are other than usual, as QEMU sees them. */
class CreationOptionsTest extends PoolBench {
    private static final long MIB = 1 << 20;

    private @Nullable Result create(String format, ImageOptions options) throws Exception {
        return bench.run(
                new Command.CreateVolume(
                        pool.place(),
                        UUID.randomUUID(),
                        1,
                        "disk",
                        format,
                        4 * MIB,
                        TestPool.MODE,
                        options));
    }

    private static ImageOptions preallocated(String mode) {
        return new ImageOptions(mode, null, null, null, null, null, null);
    }

    private static long allocation(@Nullable Result result) {
        assertThat(result).isInstanceOf(Result.VolumeCreated.class);
        return ((Result.VolumeCreated) Objects.requireNonNull(result)).file().allocation();
    }

    @ParameterizedTest
    @CsvSource({
        "raw, off, false",
        "raw, falloc, true",
        "raw, full, true",
        "qcow2, off, false",
        "qcow2, metadata, false",
        "qcow2, falloc, true",
        "qcow2, full, true"
    })
    void takesItsSpaceAsAsked(String format, String mode, boolean allocated) throws Exception {
        var allocation = allocation(create(format, preallocated(mode)));

        if (allocated) {
            assertThat(allocation).isGreaterThanOrEqualTo(4 * MIB);
        } else {
            assertThat(allocation).isLessThan(MIB);
        }
        if (format.equals("qcow2")) {
            Qemu.img(pool.path(), "check", "-q", "-f", "qcow2", "disk");
        }
    }

    @Test
    void isTheQcow2ThatWasAskedFor() throws Exception {
        var options = new ImageOptions("metadata", "1.1", 128 * 1024, true, true, "zstd", 32);

        assertThat(create("qcow2", options)).isInstanceOf(Result.VolumeCreated.class);

        var info = Qemu.info(pool.file("disk"));
        assertThat(info.path("cluster-size").asInt()).isEqualTo(128 * 1024);
        var data = info.path("format-specific").path("data");
        assertThat(data.path("compat").asText()).isEqualTo("1.1");
        assertThat(data.path("extended-l2").asBoolean()).isTrue();
        assertThat(data.path("lazy-refcounts").asBoolean()).isTrue();
        assertThat(data.path("compression-type").asText()).isEqualTo("zstd");
        assertThat(data.path("refcount-bits").asInt()).isEqualTo(32);
    }

    @Test
    void isTheVmdkThatWasAskedFor() throws Exception {
        var result = create("vmdk", ImageOptions.vmdk("monolithicSparse", "lsilogic", "8"));

        assertThat(result).isInstanceOf(Result.VolumeCreated.class);
        assertThat(Qemu.img(pool.path(), "info", "-f", "vmdk", "disk"))
                .contains("4 MiB", "monolithicSparse");
        Qemu.img(pool.path(), "check", "-q", "-f", "vmdk", "disk");
        assertThat(Files.readString(pool.file("disk"), StandardCharsets.ISO_8859_1))
                .contains(
                        "ddb.adapterType = \"lsilogic\"",
                        "ddb.virtualHWVersion = \"8\"",
                        "\"disk\"");
    }

    @Test
    void canBeOfTheOldVersion() throws Exception {
        assertThat(create("qcow2", new ImageOptions(null, "0.10", null, null, null, null, null)))
                .isInstanceOf(Result.VolumeCreated.class);
        assertThat(
                        Qemu.info(pool.file("disk"))
                                .path("format-specific")
                                .path("data")
                                .path("compat")
                                .asText())
                .isEqualTo("0.10");
    }

    @Test
    void leavesNothingOfWhatCannotBe() throws Exception {
        assertThat(code(create("qcow2", preallocated("some"))))
                .isEqualTo(ProblemCode.INVALID_REQUEST);
        assertThat(code(create("raw", preallocated("metadata"))))
                .isEqualTo(ProblemCode.INVALID_REQUEST);
        assertThat(
                        code(
                                create(
                                        "qcow2",
                                        new ImageOptions(
                                                null, "0.10", null, true, null, null, null))))
                .isEqualTo(ProblemCode.INVALID_REQUEST);
        assertThat(code(create("vmdk", ImageOptions.vmdk("vmfs", null, null))))
                .isEqualTo(ProblemCode.UNSUPPORTED);
        assertThat(pool.files()).isEmpty();
        assertThat(pool.staged()).isEmpty();
    }
}
