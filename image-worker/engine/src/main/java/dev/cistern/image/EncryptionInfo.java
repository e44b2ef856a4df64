package dev.cistern.image;

import java.util.List;
import java.util.Optional;

/** How the guest data of an image are encrypted; the fields are those of {@code qemu-img info}. */
public sealed interface EncryptionInfo {
    /** AES-128 with the passphrase as its key, which protects little. */
    record Aes() implements EncryptionInfo {}

    /**
     * LUKS, version 1.
     *
     * @param cipher for example aes-256
     * @param mode for example xts
     * @param iv for example plain64
     * @param ivHash for essiv only
     * @param hash that keys are made with
     * @param payloadOffset bytes of the header with its key slots
     * @param masterKeyIterations of what tells whether a master key is the right one
     */
    record Luks(
            String cipher,
            String mode,
            String iv,
            Optional<String> ivHash,
            String hash,
            String uuid,
            long payloadOffset,
            long masterKeyIterations,
            List<Slot> slots)
            implements EncryptionInfo {
        /** A copy of {@code slots} is taken. */
        public Luks {
            slots = List.copyOf(slots);
        }
    }

    /**
     * A place for the master key, encrypted with a passphrase.
     *
     * @param active whether it has the key; the next two fields mean something only then
     * @param keyOffset in the header, bytes
     */
    record Slot(boolean active, long iterations, long stripes, long keyOffset) {}
}
