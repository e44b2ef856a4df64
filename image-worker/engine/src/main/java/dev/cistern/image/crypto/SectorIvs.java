package dev.cistern.image.crypto;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;

/** Makes initialization vectors of sectors from their numbers; for one thread at a time. */
interface SectorIvs {
    /** Fills the first {@code count} blocks for sectors from {@code first} on. */
    void fill(byte[] into, int count, long first) throws GeneralSecurityException;

    /** The number's low 32 bits. */
    static SectorIvs plain() {
        return (into, count, first) -> number(into, count, first, 0xffff_ffffL);
    }

    /** The number. */
    static SectorIvs plain64() {
        return (into, count, first) -> number(into, count, first, -1L);
    }

    /**
     * The number, encrypted with a hash of the key. As in dm-crypt, the hash is the key of that
     * encryption whatever the length of the key itself.
     */
    static SectorIvs essiv(Hash hash, byte[] key) throws GeneralSecurityException {
        var salt = hash.digest().digest(key);
        Cipher cipher;
        try {
            cipher = Aes.encrypting(salt);
        } finally {
            Arrays.fill(salt, (byte) 0);
        }
        return (into, count, first) -> {
            number(into, count, first, -1L);
            Aes.apply(cipher, into, count * Aes.BLOCK);
        };
    }

    private static void number(byte[] into, int count, long first, long mask) {
        for (var i = 0; i < count; i++) {
            Aes.put(into, i * Aes.BLOCK, (first + i) & mask);
            Aes.put(into, i * Aes.BLOCK + Long.BYTES, 0);
        }
    }
}
