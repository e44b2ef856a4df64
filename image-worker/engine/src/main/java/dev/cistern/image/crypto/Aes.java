package dev.cistern.image.crypto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/** AES on whole blocks, each by itself: what the modes are built of. */
final class Aes {
    /** Bytes of a block. */
    static final int BLOCK = 16;

    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Aes() {}

    static Cipher encrypting(byte[] key) throws GeneralSecurityException {
        return cipher(Cipher.ENCRYPT_MODE, key);
    }

    static Cipher decrypting(byte[] key) throws GeneralSecurityException {
        return cipher(Cipher.DECRYPT_MODE, key);
    }

    private static Cipher cipher(int mode, byte[] key) throws GeneralSecurityException {
        var cipher = Cipher.getInstance("AES/ECB/NoPadding");
        cipher.init(mode, new SecretKeySpec(key, "AES"));
        return cipher;
    }

    /** Applies a cipher in place, in one call. */
    static void apply(Cipher cipher, byte[] bytes, int length) throws GeneralSecurityException {
        var _ = cipher.doFinal(bytes, 0, length, bytes, 0);
    }

    static long get(byte[] bytes, int at) {
        return (long) LONGS.get(bytes, at);
    }

    static void put(byte[] bytes, int at, long value) {
        LONGS.set(bytes, at, value);
    }

    static void xor(byte[] bytes, int at, byte[] with, int from, int length) {
        for (var i = 0; i < length; i += Long.BYTES) {
            put(bytes, at + i, get(bytes, at + i) ^ get(with, from + i));
        }
    }
}
