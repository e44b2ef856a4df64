package dev.cistern.image.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.image.Progress;
import dev.cistern.image.operations.WipeAlgorithm.Pass;
import dev.cistern.image.storage.Directory;
import dev.cistern.image.storage.MemoryStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class WipeTest {
    private static final int LENGTH = 3 << 20;

    /** Bytes at both ends and a hole between. */
    private static MemoryStorage file() throws IOException {
        var file = new MemoryStorage("wiped");
        var secret = new byte[1 << 20];
        Arrays.fill(secret, (byte) 's');
        file.writeFully(ByteBuffer.wrap(secret), 0);
        file.writeFully(ByteBuffer.wrap(secret), LENGTH - secret.length);
        return file;
    }

    private static byte[] content(MemoryStorage file) throws IOException {
        var bytes = ByteBuffer.allocate((int) file.size());
        file.readFully(bytes, 0);
        return bytes.array();
    }

    @ParameterizedTest
    @EnumSource(WipeAlgorithm.class)
    void nothingIsLeftOfWhatWasThere(WipeAlgorithm algorithm) throws Exception {
        var file = file();
        var told = new ArrayList<Long>();

        Wipe.file(file, algorithm, (done, _) -> told.add(done));

        var content = content(file);
        assertThat(content).hasSize(LENGTH);
        assertThat(new String(content, StandardCharsets.ISO_8859_1)).doesNotContain("ssssssss");
        assertThat(file.nextHole(0)).isEqualTo(algorithm == WipeAlgorithm.TRIM ? 0 : 1 << 20);
        assertThat(told)
                .isSorted()
                .last()
                .isEqualTo(Math.max(1, algorithm.passes().size()) * (long) LENGTH);
        if (!algorithm.passes().isEmpty()
                && algorithm.passes().getLast() instanceof Pass.Fixed(var bytes)) {
            assertThat(content[5]).isEqualTo(bytes.get(5 % bytes.size()));
        }
    }

    /** As many as scrub(1), which libvirt runs, makes of them. */
    @ParameterizedTest
    @CsvSource({
        "zero, 1",
        "random, 1",
        "trim, 0",
        "nnsa, 3",
        "dod, 3",
        "bsi, 9",
        "gutmann, 35",
        "schneier, 7",
        "pfitzner7, 7",
        "pfitzner33, 33"
    })
    void libvirtsNamesHaveTheirPasses(String name, int passes) {
        assertThat(WipeAlgorithm.of(name).orElseThrow().passes()).hasSize(passes);
    }

    @Test
    void itIsCancelledBetweenSteps() throws Exception {
        Progress cancel =
                (done, _) -> {
                    if (done > 0) {
                        throw new IOException("enough");
                    }
                };

        assertThatThrownBy(() -> Wipe.file(file(), WipeAlgorithm.GUTMANN, cancel))
                .hasMessage("enough");
    }

    @Test
    void aFileOnDiskLosesItsContentInPlace(@TempDir Path folder) throws Exception {
        try (var directory = Directory.open(folder);
                var file = directory.createFile("volume", 0600)) {
            file.writeFully(ByteBuffer.wrap("secret".getBytes(StandardCharsets.US_ASCII)), 0);
            file.truncate(1 << 20);
            Wipe.file(file, WipeAlgorithm.ZERO, Progress.NONE);

            var bytes = ByteBuffer.allocate(6);
            file.readFully(bytes, 0);
            assertThat(bytes.array()).containsOnly(0);
            assertThat(file.size()).isEqualTo(1 << 20);
        }
    }
}
