package dev.cistern.image.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.image.DiskImage;
import dev.cistern.image.ImageFormat;
import dev.cistern.image.Images;
import dev.cistern.image.OpenGate;
import dev.cistern.image.OpenOptions;
import dev.cistern.image.Progress;
import dev.cistern.image.operations.WipeAlgorithm.Pass;
import dev.cistern.image.qcow2.Qcow2Options;
import dev.cistern.image.raw.RawImage;
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

        Wipe.image(RawImage.open(file, true), algorithm, (done, _) -> told.add(done));

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

        var image = RawImage.open(file(), true);
        assertThatThrownBy(() -> Wipe.image(image, WipeAlgorithm.GUTMANN, cancel))
                .hasMessage("enough");
    }

    @Test
    void whatIsBelowAnImageIsNotReadAndNotWrittenTo(@TempDir Path folder) throws Exception {
        var secret = "secret".getBytes(StandardCharsets.US_ASCII);
        try (var directory = Directory.open(folder)) {
            create(directory, "base", Qcow2Options.DEFAULT);
            create(directory, "top", Qcow2Options.DEFAULT.withBacking("base", "qcow2"));
            var options = OpenOptions.writing(ImageFormat.QCOW2);
            try (var base = Images.open(directory, "base", options)) {
                base.write(ByteBuffer.wrap(secret), 100);
            }
            var gate = OpenGate.folder(directory);
            try (var top = Images.open(directory, "top", options.through(gate))) {
                top.write(ByteBuffer.wrap(secret), 1 << 19);

                Wipe.image(top, WipeAlgorithm.BSI, Progress.NONE);

                assertThat(read(top, 100, 6)).containsOnly(0);
                assertThat(read(top, 1 << 19, 6)).containsOnly(0x7f);
            }
            try (var base = Images.open(directory, "base", options)) {
                assertThat(read(base, 100, 6)).isEqualTo(secret);
            }
        }
    }

    private static void create(Directory directory, String name, Qcow2Options options)
            throws IOException {
        try (var file = directory.createFile(name, 0600)) {
            Images.create(1 << 20, options, file);
        }
    }

    private static byte[] read(DiskImage image, int offset, int length) throws IOException {
        var bytes = ByteBuffer.allocate(length);
        image.read(bytes, offset);
        return bytes.array();
    }
}
