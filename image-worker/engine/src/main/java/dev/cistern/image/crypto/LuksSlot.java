package dev.cistern.image.crypto;

import java.nio.ByteBuffer;

/**
 * A key slot of a LUKS header, big-endian on disk: state, iterations, salt, where the key material
 * is in sectors, stripes.
 */
@SuppressWarnings("ArrayRecordComponent")
record LuksSlot(boolean active, int iterations, byte[] salt, int materialSector, int stripes) {
    static final int BYTES = 48;
    static final int SALT_BYTES = 32;

    /** What the specification and QEMU have. */
    static final int STRIPES = 4000;

    static final int ACTIVE = 0x00ac71f3;
    static final int INACTIVE = 0x0000dead;

    /** An empty slot. */
    static LuksSlot inactive(int materialSector) {
        return new LuksSlot(false, 0, new byte[SALT_BYTES], materialSector, STRIPES);
    }

    static LuksSlot decode(ByteBuffer from) {
        var active = from.getInt() == ACTIVE;
        var iterations = from.getInt();
        var salt = new byte[SALT_BYTES];
        from.get(salt);
        return new LuksSlot(active, iterations, salt, from.getInt(), from.getInt());
    }

    ByteBuffer encode() {
        return ByteBuffer.allocate(BYTES)
                .putInt(active ? ACTIVE : INACTIVE)
                .putInt(iterations)
                .put(salt)
                .putInt(materialSector)
                .putInt(stripes)
                .flip();
    }

    LuksSlot withActive(boolean state) {
        return new LuksSlot(state, iterations, salt, materialSector, stripes);
    }

    long materialOffset() {
        return (long) materialSector * SectorCipher.SECTOR;
    }
}
