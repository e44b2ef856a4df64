package dev.cistern.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.image.storage.Directory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a file contains, looking at it gives an answer or an ImageException. */
final class HostileHeaderTest {
    private static final long SEED = 20_260_101;

    @TempDir Path folder;

    private ImageInfo info(byte[] content) throws IOException {
        Files.write(folder.resolve("image"), content);
        try (var directory = Directory.open(folder)) {
            return Images.info(directory, "image");
        }
    }

    private byte[] empty() throws IOException {
        try (var directory = Directory.open(folder);
                var file = directory.createFile("sound", 0600)) {
            Images.create(new CreateOptions(ImageFormat.QCOW2, 1 << 20), file);
        }
        return Files.readAllBytes(folder.resolve("sound"));
    }

    @ParameterizedTest
    @CsvSource({
        "4, 4, 4",
        "8, 8, 0x7fffffffffffff00",
        "16, 4, 2000",
        "20, 4, 8",
        "20, 4, 22",
        "20, 4, -1",
        "24, 8, -512",
        "32, 4, 3",
        "36, 4, -1",
        "36, 4, 0x7fffffff",
        "40, 8, 1",
        "48, 8, 7",
        "60, 4, 65537",
        "60, 4, -1",
        "72, 8, 0x8000000000000000",
        "96, 4, 7",
        "100, 4, 0",
        "100, 4, 0x7fffffff",
        "104, 1, 2",
        "116, 4, 0x7fffffff"
    })
    void aWrongFieldIsNamed(int offset, int width, String value) throws IOException {
        var image = ByteBuffer.wrap(empty());
        var number =
                value.startsWith("0x")
                        ? Long.parseUnsignedLong(value.substring(2), 16)
                        : Long.parseLong(value);
        if (offset == 16) {
            image.putLong(8, 512);
        }
        switch (width) {
            case 1 -> image.put(offset, (byte) number);
            case 4 -> image.putInt(offset, (int) number);
            default -> image.putLong(offset, number);
        }

        assertThatThrownBy(() -> info(image.array()))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining(folder.resolve("image").toString());
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 71, 72, 103, 104, 111, 112, 120})
    void aCutHeaderIsNoInternalError(int length) throws IOException {
        var cut = ByteBuffer.wrap(empty(), 0, length).slice();
        var bytes = new byte[length];
        cut.get(bytes);

        try {
            assertThat(info(bytes).format()).isEqualTo(ImageFormat.QCOW2);
        } catch (ImageException e) {
            assertThat(e).hasMessageContaining("image");
        }
    }

    @Test
    void randomHeadersGiveAnAnswerOrAnImageException() throws IOException {
        var random = new Random(SEED);
        var sound = empty();
        for (var round = 0; round < 2000; round++) {
            var image = sound.clone();
            for (var change = random.nextInt(1, 8); change > 0; change--) {
                image[random.nextInt(4, 600)] = (byte) random.nextInt();
            }
            try {
                assertThat(info(image).capacity()).isNotNegative();
            } catch (ImageException e) {
                assertThat(e.getMessage()).isNotEmpty();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "# Disk DescriptorFile\nversion=1\n",
                "# Disk DescriptorFile\nCID=xyz\ncreateType=\"monolithicFlat\"\n",
                "# Disk DescriptorFile\ncreateType=\"x\"\nRW 9223372036854775807 FLAT \"a\" 0\n",
                "# Disk DescriptorFile\ncreateType=\"x\"\nRW 9999999999999999999 FLAT \"a\" 0\n"
            })
    void aDescriptorThatMakesNoSenseIsNamed(String text) {
        assertThatThrownBy(() -> info(text.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(ImageException.class);
    }

    @Test
    void anExtentOutsideTheFolderIsNotLookedAt() throws IOException {
        var text =
                "# Disk DescriptorFile\ncreateType=\"monolithicFlat\"\nRW 8 FLAT \"/etc/passwd\" 0\n"
                        + "RW 8 FLAT \"../x\" 0\n";

        var info = info(text.getBytes(StandardCharsets.UTF_8));

        assertThat(info.capacity()).isEqualTo(16 * 512);
        assertThat(info.allocation()).isLessThanOrEqualTo(8192);
    }

    @ParameterizedTest
    @CsvSource({"-1, 1, 1", "8, -1, 1", "8, 1, -1", "8, 1, 9000000", "0x7fffffffffffffff, 1, 1"})
    void aSparseHeaderThatMakesNoSenseIsNamed(String capacity, String offset, String size) {
        var header = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
        header.putInt(0, 0x564d444b);
        header.putLong(12, Long.decode(capacity));
        header.putLong(28, Long.decode(offset));
        header.putLong(36, Long.decode(size));

        assertThatThrownBy(() -> info(header.array())).isInstanceOf(ImageException.class);
    }
}
