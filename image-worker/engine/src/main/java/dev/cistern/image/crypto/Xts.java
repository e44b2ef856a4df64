package dev.cistern.image.crypto;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;

/**
 * AES in XTS mode (IEEE 1619), which the JDK lacks: each block is combined with a tweak of its own
 * before and after it is encrypted. The blocks of many sectors are encrypted in one call.
 */
final class Xts implements PooledCipher.Worker {
    private static final int SECTOR = SectorCipher.SECTOR;

    /** x^128 as a polynomial of lower degree. */
    private static final long REDUCTION = 0x87;

    private final Cipher encrypting;
    private final Cipher decrypting;
    private final Cipher tweaking;
    private final SectorIvs ivs;
    private byte[] first = new byte[0];
    private byte[] tweaks = new byte[0];

    /**
     * A worker.
     *
     * @param key the key of the blocks and that of the tweaks, equally long
     */
    Xts(byte[] key, SectorIvs ivs) throws GeneralSecurityException {
        var half = key.length / 2;
        var blockKey = Arrays.copyOf(key, half);
        var tweakKey = Arrays.copyOfRange(key, half, key.length);
        this.encrypting = Aes.encrypting(blockKey);
        this.decrypting = Aes.decrypting(blockKey);
        this.tweaking = Aes.encrypting(tweakKey);
        this.ivs = ivs;
        Arrays.fill(blockKey, (byte) 0);
        Arrays.fill(tweakKey, (byte) 0);
    }

    @Override
    public void encrypt(byte[] sectors, int length, long number) throws GeneralSecurityException {
        transform(encrypting, sectors, length, number);
    }

    @Override
    public void decrypt(byte[] sectors, int length, long number) throws GeneralSecurityException {
        transform(decrypting, sectors, length, number);
    }

    private void transform(Cipher cipher, byte[] sectors, int length, long number)
            throws GeneralSecurityException {
        makeTweaks(length, number);
        Aes.xor(sectors, 0, tweaks, 0, length);
        Aes.apply(cipher, sectors, length);
        Aes.xor(sectors, 0, tweaks, 0, length);
    }

    private void makeTweaks(int length, long number) throws GeneralSecurityException {
        var count = length / SECTOR;
        if (tweaks.length < length) {
            tweaks = new byte[length];
            first = new byte[count * Aes.BLOCK];
        }
        ivs.fill(first, count, number);
        Aes.apply(tweaking, first, count * Aes.BLOCK);
        for (var sector = 0; sector < count; sector++) {
            var low = Aes.get(first, sector * Aes.BLOCK);
            var high = Aes.get(first, sector * Aes.BLOCK + Long.BYTES);
            var end = (sector + 1) * SECTOR;
            for (var at = sector * SECTOR; at < end; at += Aes.BLOCK) {
                Aes.put(tweaks, at, low);
                Aes.put(tweaks, at + Long.BYTES, high);
                var carry = high >> 63 & REDUCTION;
                high = high << 1 | low >>> 63;
                low = low << 1 ^ carry;
            }
        }
    }
}
