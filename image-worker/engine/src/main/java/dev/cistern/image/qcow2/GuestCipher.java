package dev.cistern.image.qcow2;

import dev.cistern.image.crypto.SectorCipher;

/**
 * How guest data are encrypted.
 *
 * @param byHost whether sectors are numbered by where they are stored, as with LUKS, and not by
 *     where the guest sees them, as with the older AES
 */
record GuestCipher(SectorCipher cipher, boolean byHost) {
    long number(long host, long guest) {
        return (byHost ? host : guest) / SectorCipher.SECTOR;
    }
}
