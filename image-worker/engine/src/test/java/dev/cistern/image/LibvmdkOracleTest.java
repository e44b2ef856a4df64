package dev.cistern.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.image.operations.Conversion;
import dev.cistern.image.operations.Convert;
import dev.cistern.image.operations.NewImage;
import dev.cistern.image.vmdk.VmdkOptions;
import dev.cistern.image.vmdk.VmdkOptions.Subformat;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** libvmdk, which knows nothing of QEMU, reads what becomes a vmdk image, footers included. */
final class LibvmdkOracleTest extends OracleBench {
    private static final String PYTHON = "/usr/bin/python3";
    private static final int LENGTH = (37 << 20) + 7 * 512;

    private static final String SUM_UP =
            """
            import hashlib, pyvmdk, sys
            handle = pyvmdk.handle()
            handle.open(sys.argv[1])
            handle.open_extent_data_files()
            digest = hashlib.sha256()
            while piece := handle.read_buffer(65536):
                digest.update(piece)
            print(handle.get_media_size(), digest.hexdigest())
            """;

    @BeforeEach
    void requireLibvmdk() throws Exception {
        Oracle.requireJudge(
                "libvmdk for Python",
                Files.isExecutable(Path.of(PYTHON))
                        && Oracle.run("env", PYTHON, "-c", "import pyvmdk").status() == 0);
    }

    /** Noise in two grain tables, and holes. */
    private byte[] source() throws Exception {
        var content = new byte[LENGTH];
        var random = new Random(7);
        for (var at = 100_000; at < LENGTH - 300_000; at += 5_000_000) {
            var noise = new byte[200_000];
            random.nextBytes(noise);
            System.arraycopy(noise, 0, content, at, noise.length);
        }
        content[LENGTH - 1] = 1;
        Files.write(folder.resolve("source.img"), content);
        return content;
    }

    @ParameterizedTest
    @EnumSource
    void readsTheSame(Subformat subformat) throws Exception {
        var content = source();
        var target = new NewImage.Vmdk(VmdkOptions.DEFAULT.withSubformat(subformat), "to.vmdk");
        try (var image =
                Images.open(directory, "source.img", OpenOptions.reading(ImageFormat.RAW))) {
            Convert.into(directory, "to.vmdk", 0600, image, Conversion.to(target), Progress.NONE);
        }

        var run = Oracle.run("env", PYTHON, "-c", SUM_UP, path("to.vmdk"));

        var sum = MessageDigest.getInstance("SHA-256").digest(content);
        assertThat(run.output().strip())
                .isEqualTo("%d %s".formatted(LENGTH, HexFormat.of().formatHex(sum)));
    }
}
