package dev.cistern.image.crypto;

import java.nio.ByteBuffer;

/** Encrypts sectors of 512 bytes, each by its number. Many threads may use it at once. */
public interface SectorCipher {
    /** Bytes of a sector. */
    int SECTOR = 512;

    /**
     * Encrypts what the buffer has, in its place; its position and limit stay.
     *
     * @param sectors whole ones
     * @param first the number of the first
     */
    void encrypt(ByteBuffer sectors, long first);

    /** Decrypts what the buffer has, in its place; its position and limit stay. */
    void decrypt(ByteBuffer sectors, long first);
}
