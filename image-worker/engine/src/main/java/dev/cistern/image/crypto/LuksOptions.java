package dev.cistern.image.crypto;

import java.time.Duration;

/**
 * What a new LUKS header is to be like.
 *
 * @param hash that keys are made with
 * @param iterationTime how long it is to take to try a passphrase, on a machine like this one
 */
public record LuksOptions(CipherSpec cipher, Hash hash, Duration iterationTime) {
    /** QEMU's default. */
    public static final LuksOptions DEFAULT =
            new LuksOptions(CipherSpec.DEFAULT, Hash.SHA256, Duration.ofSeconds(2));

    /** Refuses a time that is none, and keys whose material QEMU cannot read. */
    public LuksOptions {
        if (cipher.keyBytes() * LuksSlot.STRIPES % SectorCipher.SECTOR != 0) {
            throw new IllegalArgumentException(
                    "%d-bit keys in %s mode do not fill whole sectors of key material, which QEMU needs"
                            .formatted(cipher.keyBits(), cipher.mode().text()));
        }
        if (iterationTime.toMillis() < 1) {
            throw new IllegalArgumentException(
                    "the time to try a passphrase must be 1 ms at least, not " + iterationTime);
        }
    }

    /** The same with another time. */
    public LuksOptions withIterationTime(Duration time) {
        return new LuksOptions(cipher, hash, time);
    }

    /** The same with another cipher. */
    public LuksOptions withCipher(CipherSpec other) {
        return new LuksOptions(other, hash, iterationTime);
    }

    /** The same with another hash. */
    public LuksOptions withHash(Hash other) {
        return new LuksOptions(cipher, other, iterationTime);
    }
}
