package dev.cistern.image.crypto;

import dev.cistern.image.Secret;
import java.util.Arrays;
import java.util.Optional;

/**
 * What qcow2 images were encrypted with before LUKS (qcow2 specification, crypt_method 1): AES-128
 * in CBC mode, its key the first bytes of the passphrase. Anyone can guess it at full speed, and
 * nothing tells whether it was right.
 */
public final class LegacyAes {
    private static final int KEY_BYTES = 16;

    private LegacyAes() {}

    /** The cipher of a passphrase; sectors are numbered as the guest sees them. */
    public static SectorCipher of(Secret passphrase) {
        var bytes = passphrase.bytes();
        var key = Arrays.copyOf(bytes, KEY_BYTES);
        Arrays.fill(bytes, (byte) 0);
        return new CipherSpec(128, CipherSpec.Mode.CBC, CipherSpec.Iv.PLAIN64, Optional.empty())
                .cipher(key);
    }
}
