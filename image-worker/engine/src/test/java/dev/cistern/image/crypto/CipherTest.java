package dev.cistern.image.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The modes give what their specifications, or the JDK where it has them, give. */
final class CipherTest {
    private static final HexFormat HEX = HexFormat.of();

    static Stream<CipherSpec> specs() {
        return Stream.of(128, 192, 256)
                .flatMap(
                        bits ->
                                Stream.of(CipherSpec.Mode.values())
                                        .flatMap(mode -> specs(bits, mode)));
    }

    private static Stream<CipherSpec> specs(int bits, CipherSpec.Mode mode) {
        return Stream.of(
                new CipherSpec(bits, mode, CipherSpec.Iv.PLAIN, Optional.empty()),
                new CipherSpec(bits, mode, CipherSpec.Iv.PLAIN64, Optional.empty()),
                new CipherSpec(bits, mode, CipherSpec.Iv.ESSIV, Optional.of(Hash.SHA256)));
    }

    private static byte[] random(int length, int seed) {
        var bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    @ParameterizedTest
    @MethodSource("specs")
    void whatIsDecryptedIsWhatWasEncryptedWhereverItIsCut(CipherSpec spec) {
        var cipher = spec.cipher(random(spec.keyBytes(), 1));
        var plain = random(300 * 512, 2);
        var whole = ByteBuffer.wrap(plain.clone());
        cipher.encrypt(whole, 1L << 33);
        assertThat(whole.array()).isNotEqualTo(plain);

        var direct = ByteBuffer.allocateDirect(plain.length).put(whole.duplicate()).flip();
        cipher.decrypt(direct.limit(7 * 512), 1L << 33);
        cipher.decrypt(direct.limit(plain.length).position(7 * 512), (1L << 33) + 7);

        assertThat(direct.position(0)).isEqualTo(ByteBuffer.wrap(plain));
    }

    /** IEEE 1619-2018, annex B, vector 4: AES-128, data unit 0, 512 bytes of 00 to ff twice. */
    @Test
    void xtsIsThatOfTheStandard() {
        var key =
                HEX.parseHex(
                        "27182818284590452353602874713526" + "31415926535897932384626433832795");
        var unit = new byte[512];
        for (var i = 0; i < unit.length; i++) {
            unit[i] = (byte) i;
        }
        new CipherSpec(128, CipherSpec.Mode.XTS, CipherSpec.Iv.PLAIN64, Optional.empty())
                .cipher(key)
                .encrypt(ByteBuffer.wrap(unit), 0);

        assertThat(HEX.formatHex(unit, 0, 32))
                .isEqualTo("27a7479befa1d476489f308cd4cfa6e2a96e4bbe3208ff25287dd3819616e89c");
    }

    @Test
    void cbcIsThatOfTheJdk() throws Exception {
        var key = random(32, 3);
        var plain = random(1024, 4);
        var found = ByteBuffer.wrap(plain.clone());
        new CipherSpec(256, CipherSpec.Mode.CBC, CipherSpec.Iv.PLAIN64, Optional.empty())
                .cipher(key)
                .encrypt(found, 0x0102);

        var iv = new byte[16];
        iv[0] = 3;
        iv[1] = 1;
        var jdk = Cipher.getInstance("AES/CBC/NoPadding");
        jdk.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(iv));
        assertThat(found.slice(512, 512)).isEqualTo(ByteBuffer.wrap(jdk.doFinal(plain, 512, 512)));
    }

    @ParameterizedTest
    @EnumSource
    void keysAreThoseOfTheJdk(Hash hash) throws Exception {
        var salt = random(32, 5);
        for (var password : new String[] {"x", "pass phrase", "long".repeat(50)}) {
            var jdk =
                    SecretKeyFactory.getInstance(
                                    "PBKDF2WithHmac" + hash.text().toUpperCase(Locale.ROOT))
                            .generateSecret(
                                    new PBEKeySpec(password.toCharArray(), salt, 100, 70 * 8))
                            .getEncoded();

            assertThat(
                            Pbkdf2.derive(
                                    hash, password.getBytes(StandardCharsets.UTF_8), salt, 100, 70))
                    .isEqualTo(jdk);
        }
    }
}
