package dev.cistern.image.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.image.ImageException;
import dev.cistern.image.Secret;
import dev.cistern.image.storage.MemoryStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A header that makes no sense is refused before any work is done for it. */
final class HostileLuksTest {
    private static final LuksOptions OPTIONS =
            LuksOptions.DEFAULT.withIterationTime(Duration.ofMillis(1));
    private static final Secret SECRET = Secret.of("open sesame".toCharArray());

    private final MemoryStorage storage = new MemoryStorage("image");

    @BeforeEach
    void create() throws IOException {
        Luks.create(storage, 0, OPTIONS, SECRET).close();
    }

    private void write(int at, byte[] bytes) throws IOException {
        storage.writeFully(ByteBuffer.wrap(bytes), at);
    }

    private static byte[] number(int value) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(0, value).array();
    }

    private static byte[] text(String text) {
        return (text + "\0").getBytes(StandardCharsets.US_ASCII);
    }

    static Stream<Arguments> damages() {
        return Stream.of(
                Arguments.of(0, text("SKUL"), "does not begin"),
                Arguments.of(6, new byte[] {0, 2}, "version 2"),
                Arguments.of(8, text("serpent"), "serpent"),
                Arguments.of(40, text("xts-benbi"), "xts-benbi"),
                Arguments.of(40, text("cbc-essiv:sha512"), "sha512"),
                Arguments.of(72, text("whirlpool"), "whirlpool"),
                Arguments.of(108, number(Integer.MAX_VALUE), "2147483647"),
                Arguments.of(108, number(-64), "4294967232"),
                Arguments.of(164, number(-1), "4294967295"),
                Arguments.of(164, number(0), "iterations"),
                Arguments.of(212, number(2_000_000_000), "2000000000"),
                Arguments.of(248, number(1), "key slot 0"),
                Arguments.of(248, number(-8), "key slot 0"),
                Arguments.of(296, number(8), "key slot 1"),
                Arguments.of(252, number(Integer.MAX_VALUE), "stripes"),
                Arguments.of(252, number(0), "stripes"));
    }

    @ParameterizedTest
    @MethodSource("damages")
    void isRefusedByWhatIsWrong(int at, byte[] bytes, String what) throws IOException {
        write(at, bytes);

        assertThatThrownBy(() -> Luks.open(storage, 0, Luks.bytes(OPTIONS), SECRET))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining(what)
                .hasMessageContaining("image");
    }

    @Test
    void ofAHeaderThatIsCutOffNothingIsRead() throws IOException {
        storage.truncate(500);

        assertThatThrownBy(() -> Luks.inspect(storage, 0, Luks.bytes(OPTIONS)))
                .isInstanceOf(ImageException.Corrupt.class);
        create();
        assertThatThrownBy(() -> Luks.inspect(storage, 0, 100_000))
                .isInstanceOf(ImageException.Corrupt.class);
    }

    @Test
    void randomDamageIsToldOrHarmless() throws IOException {
        var header = ByteBuffer.allocate(LuksHeader.BYTES);
        storage.readFully(header, 0);
        var random = new Random(7);
        var refused = 0;
        for (var round = 0; round < 3000; round++) {
            var damaged = header.array().clone();
            for (var i = random.nextInt(4); i >= 0; i--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            write(0, damaged);
            try {
                assertThat(Luks.inspect(storage, 0, Luks.bytes(OPTIONS)).slots()).hasSize(8);
            } catch (ImageException e) {
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }
}
