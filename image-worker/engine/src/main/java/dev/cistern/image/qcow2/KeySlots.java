package dev.cistern.image.qcow2;

import dev.cistern.image.EncryptionInfo;
import dev.cistern.image.ImageException;
import dev.cistern.image.Secret;
import dev.cistern.image.crypto.Luks;
import java.io.IOException;
import java.time.Duration;
import java.util.OptionalInt;

/** The passphrases of an open image that is encrypted with LUKS. Changes are durable at return. */
public final class KeySlots {
    private final Luks luks;
    private final Exclusively exclusively;

    KeySlots(Luks luks, Exclusively exclusively) {
        this.luks = luks;
        this.exclusively = exclusively;
    }

    /** What the header says of itself. */
    public EncryptionInfo.Luks info() {
        return luks.info();
    }

    /**
     * Lets one more passphrase open the image.
     *
     * @param slot a free one; empty for the first
     * @param time how long it is to take to try the passphrase
     * @throws ImageException.OutOfRange if that slot, or every one, is in use
     */
    public void add(Secret passphrase, OptionalInt slot, Duration time) throws IOException {
        exclusively.run(() -> luks.addKey(passphrase, slot, time));
    }

    /**
     * Makes a slot of no use.
     *
     * @param force whether that may be the last one, after which nobody can open the image
     * @throws ImageException.OutOfRange if it is the last one
     */
    public void erase(int slot, boolean force) throws IOException {
        exclusively.run(() -> luks.eraseKey(slot, force));
    }

    /**
     * Makes all slots that a passphrase fits of no use.
     *
     * @param force whether these may be all that there are
     * @throws ImageException.Locked if it fits none
     * @throws ImageException.OutOfRange if no other would be left; none is erased then
     */
    public void erase(Secret passphrase, boolean force) throws IOException {
        exclusively.run(
                () -> {
                    var slots = luks.slotsOf(passphrase);
                    luks.requireErasable(slots, force);
                    for (var slot : slots) {
                        luks.eraseKey(slot, force);
                    }
                });
    }

    /** The slots that a passphrase fits, by their numbers. */
    public int[] slotsOf(Secret passphrase) throws IOException {
        return luks.slotsOf(passphrase);
    }
}
