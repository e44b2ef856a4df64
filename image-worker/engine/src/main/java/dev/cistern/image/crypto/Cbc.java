package dev.cistern.image.crypto;

import java.security.GeneralSecurityException;
import javax.crypto.Cipher;

/**
 * AES in CBC mode, each sector a chain of its own. Decrypting, all blocks go through the cipher in
 * one call; encrypting, those at the same place in all sectors do.
 */
final class Cbc implements PooledCipher.Worker {
    private static final int SECTOR = SectorCipher.SECTOR;

    private final Cipher encrypting;
    private final Cipher decrypting;
    private final SectorIvs ivs;
    private byte[] chain = new byte[0];
    private byte[] before = new byte[0];

    Cbc(byte[] key, SectorIvs ivs) throws GeneralSecurityException {
        this.encrypting = Aes.encrypting(key);
        this.decrypting = Aes.decrypting(key);
        this.ivs = ivs;
    }

    @Override
    public void encrypt(byte[] sectors, int length, long number) throws GeneralSecurityException {
        var count = length / SECTOR;
        fillChain(count, number);
        for (var block = 0; block < SECTOR; block += Aes.BLOCK) {
            for (var sector = 0; sector < count; sector++) {
                Aes.xor(chain, sector * Aes.BLOCK, sectors, sector * SECTOR + block, Aes.BLOCK);
            }
            Aes.apply(encrypting, chain, count * Aes.BLOCK);
            for (var sector = 0; sector < count; sector++) {
                System.arraycopy(
                        chain, sector * Aes.BLOCK, sectors, sector * SECTOR + block, Aes.BLOCK);
            }
        }
    }

    @Override
    public void decrypt(byte[] sectors, int length, long number) throws GeneralSecurityException {
        var count = length / SECTOR;
        fillChain(count, number);
        if (before.length < length) {
            before = new byte[length];
        }
        System.arraycopy(sectors, 0, before, 0, length);
        Aes.apply(decrypting, sectors, length);
        for (var sector = 0; sector < count; sector++) {
            var start = sector * SECTOR;
            Aes.xor(sectors, start, chain, sector * Aes.BLOCK, Aes.BLOCK);
            Aes.xor(sectors, start + Aes.BLOCK, before, start, SECTOR - Aes.BLOCK);
        }
    }

    private void fillChain(int count, long number) throws GeneralSecurityException {
        if (chain.length < count * Aes.BLOCK) {
            chain = new byte[count * Aes.BLOCK];
        }
        ivs.fill(chain, count, number);
    }
}
