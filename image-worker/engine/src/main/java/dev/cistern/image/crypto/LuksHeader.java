package dev.cistern.image.crypto;

import dev.cistern.image.EncryptionInfo;
import dev.cistern.image.ImageException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The header of LUKS version 1 (LUKS On-Disk Format Specification 1.2.3), big-endian on disk.
 *
 * @param payloadSector where the key slots' material ends, in sectors
 * @param digest tells whether a master key is the right one
 */
@SuppressWarnings("ArrayRecordComponent")
record LuksHeader(
        CipherSpec cipher,
        Hash hash,
        int payloadSector,
        byte[] digest,
        byte[] digestSalt,
        int digestIterations,
        String uuid,
        List<LuksSlot> slots) {
    static final int BYTES = 592;
    static final int SLOTS = 8;
    static final int SLOTS_AT = 208;
    static final int DIGEST_BYTES = 20;
    static final int SALT_BYTES = 32;

    /**
     * Our limit, some minutes of work; 2 s of it on a fast machine of today are 5 million. QEMU has
     * none.
     */
    static final int MAX_ITERATIONS = 100_000_000;

    private static final byte[] MAGIC = {'L', 'U', 'K', 'S', (byte) 0xba, (byte) 0xbe};
    private static final int NAME_BYTES = 32;
    private static final int UUID_BYTES = 40;
    private static final int UUID_AT = 168;

    /** Where QEMU and cryptsetup put the first key slot's material, and what they align it to. */
    private static final int MATERIAL_ALIGNMENT = 8;

    /** The layout of a new header for keys of a cipher. */
    static LuksHeader of(
            LuksOptions options, byte[] digest, byte[] digestSalt, int iterations, String uuid) {
        var slots = new ArrayList<LuksSlot>();
        for (var slot = 0; slot <= SLOTS; slot++) {
            slots.add(LuksSlot.inactive(materialSector(options.cipher(), slot)));
        }
        return new LuksHeader(
                options.cipher(),
                options.hash(),
                slots.removeLast().materialSector(),
                digest,
                digestSalt,
                iterations,
                uuid,
                slots);
    }

    /** Where the material of a slot begins; of the one behind the last, where all of it ends. */
    static int materialSector(CipherSpec cipher, int slot) {
        var sectors = Math.ceilDiv(cipher.keyBytes() * LuksSlot.STRIPES, SectorCipher.SECTOR);
        return MATERIAL_ALIGNMENT
                + Math.ceilDiv(sectors, MATERIAL_ALIGNMENT) * MATERIAL_ALIGNMENT * slot;
    }

    /**
     * Reads and judges a header.
     *
     * @param length bytes that there are for the header with the key slots' material
     */
    static LuksHeader decode(ByteBuffer bytes, long length, String name) throws ImageException {
        var magic = new byte[MAGIC.length];
        if (bytes.remaining() < BYTES
                || !ByteBuffer.wrap(MAGIC).equals(bytes.get(0, magic).slice(0, MAGIC.length))) {
            throw new ImageException.Corrupt(
                    name + ": its encryption header does not begin as one of LUKS does");
        }
        if (bytes.getShort(MAGIC.length) != 1) {
            throw new ImageException.Unsupported(
                    "%s: LUKS version %d; known is 1".formatted(name, bytes.getShort(6)));
        }
        var hash = text(bytes, 72, NAME_BYTES);
        var header =
                new LuksHeader(
                        cipher(bytes, name),
                        Hash.of(hash)
                                .orElseThrow(() -> unknown(name, "hash function '" + hash + "'")),
                        bytes.getInt(104),
                        array(bytes, 112, DIGEST_BYTES),
                        array(bytes, 132, SALT_BYTES),
                        bytes.getInt(164),
                        text(bytes, UUID_AT, UUID_BYTES),
                        slots(bytes));
        header.judge(length, name);
        return header;
    }

    private static CipherSpec cipher(ByteBuffer bytes, String name)
            throws ImageException.Unsupported {
        var cipher = text(bytes, 8, NAME_BYTES);
        var mode = text(bytes, 40, NAME_BYTES);
        var keyBytes = bytes.getInt(108);
        return CipherSpec.of(cipher, mode, keyBytes)
                .orElseThrow(
                        () ->
                                unknown(
                                        name,
                                        "cipher '%s-%s' with keys of %s bytes"
                                                .formatted(
                                                        cipher,
                                                        mode,
                                                        Integer.toUnsignedString(keyBytes))));
    }

    private static ImageException.Unsupported unknown(String name, String what) {
        return new ImageException.Unsupported(
                "%s: is encrypted with the %s, which is not known".formatted(name, what));
    }

    private static List<LuksSlot> slots(ByteBuffer bytes) {
        var slots = new ArrayList<LuksSlot>();
        var from = bytes.slice(SLOTS_AT, SLOTS * LuksSlot.BYTES);
        while (from.hasRemaining()) {
            slots.add(LuksSlot.decode(from));
        }
        return slots;
    }

    private static byte[] array(ByteBuffer bytes, int at, int length) {
        var array = new byte[length];
        bytes.get(at, array);
        return array;
    }

    /** A text that ends at a zero byte or after so many. */
    private static String text(ByteBuffer bytes, int at, int length) {
        var text = new String(array(bytes, at, length), StandardCharsets.ISO_8859_1);
        var end = text.indexOf('\0');
        return end < 0 ? text : text.substring(0, end);
    }

    private void judge(long length, String name) throws ImageException.Corrupt {
        requireIterations(digestIterations, "master key digest", name);
        var end = BYTES / SectorCipher.SECTOR + 1L;
        for (var i = 0; i < SLOTS; i++) {
            var slot = slots.get(i);
            if (slot.stripes() != LuksSlot.STRIPES) {
                throw new ImageException.Corrupt(
                        "%s: LUKS key slot %d has %s stripes, not %d"
                                .formatted(
                                        name,
                                        i,
                                        Integer.toUnsignedString(slot.stripes()),
                                        LuksSlot.STRIPES));
            }
            if (slot.active()) {
                requireIterations(slot.iterations(), "key slot " + i, name);
            }
            if (slot.materialSector() < end || materialEnd(slot) > length) {
                throw new ImageException.Corrupt(
                        "%s: the material of LUKS key slot %d at 0x%x lies over something else or beyond 0x%x"
                                .formatted(name, i, slot.materialOffset(), length));
            }
            end = Math.ceilDiv(materialEnd(slot), SectorCipher.SECTOR);
        }
    }

    private static void requireIterations(int found, String what, String name)
            throws ImageException.Corrupt {
        if (found < 1 || found > MAX_ITERATIONS) {
            throw new ImageException.Corrupt(
                    "%s: the LUKS %s takes %s iterations, not 1 to %d"
                            .formatted(
                                    name, what, Integer.toUnsignedString(found), MAX_ITERATIONS));
        }
    }

    private long materialEnd(LuksSlot slot) {
        return slot.materialOffset() + materialBytes();
    }

    /** Bytes of a key that is spread. */
    int materialBytes() {
        return cipher.keyBytes() * LuksSlot.STRIPES;
    }

    LuksHeader withSlot(int index, LuksSlot slot) {
        var changed = new ArrayList<>(slots);
        changed.set(index, slot);
        return new LuksHeader(
                cipher, hash, payloadSector, digest, digestSalt, digestIterations, uuid, changed);
    }

    ByteBuffer encode() {
        var bytes = ByteBuffer.allocate(BYTES).put(MAGIC).putShort((short) 1);
        put(bytes, 8, "aes");
        put(bytes, 40, cipher.modeText());
        put(bytes, 72, hash.text());
        bytes.putInt(104, payloadSector).putInt(108, cipher.keyBytes());
        bytes.put(112, digest).put(132, digestSalt).putInt(164, digestIterations);
        put(bytes, UUID_AT, uuid);
        bytes.position(SLOTS_AT);
        slots.forEach(slot -> bytes.put(slot.encode()));
        return bytes.flip();
    }

    private static void put(ByteBuffer bytes, int at, String text) {
        bytes.put(at, text.getBytes(StandardCharsets.US_ASCII));
    }

    EncryptionInfo.Luks info() {
        return new EncryptionInfo.Luks(
                "aes-" + cipher.keyBits(),
                cipher.mode().text(),
                cipher.iv().text(),
                cipher.ivHash().map(Hash::text),
                hash.text(),
                uuid,
                Integer.toUnsignedLong(payloadSector) * SectorCipher.SECTOR,
                digestIterations,
                slots.stream()
                        .map(
                                slot ->
                                        new EncryptionInfo.Slot(
                                                slot.active(),
                                                slot.iterations(),
                                                slot.stripes(),
                                                slot.materialOffset()))
                        .toList());
    }
}
