package dev.cistern.image.qcow2;

import dev.cistern.image.EncryptionInfo;
import dev.cistern.image.ImageException;
import dev.cistern.image.Secret;
import dev.cistern.image.crypto.LegacyAes;
import dev.cistern.image.crypto.Luks;
import dev.cistern.image.qcow2.format.HeaderExtension;
import dev.cistern.image.storage.Storage;
import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;

/** How the guest data of an open image are encrypted (qcow2 specification, crypt_method). */
final class Encryption implements Closeable {
    static final int NONE = 0;
    static final int AES = 1;
    static final int LUKS = 2;

    /** More than eight times what QEMU makes of the longest keys. */
    private static final long MAX_LUKS_BYTES = 32 << 20;

    private final Optional<Luks> luks;
    private final Optional<GuestCipher> cipher;

    private Encryption(Optional<Luks> luks, Optional<GuestCipher> cipher) {
        this.luks = luks;
        this.cipher = cipher;
    }

    /**
     * Unlocks an image, if it is encrypted.
     *
     * @throws ImageException.Locked if it is, without the right passphrase
     */
    static Encryption unlock(Storage storage, ImageHeader image, Optional<Secret> secret)
            throws IOException {
        var method = image.header().cryptMethod();
        if (method == NONE) {
            return new Encryption(Optional.empty(), Optional.empty());
        }
        var passphrase =
                secret.orElseThrow(
                        () ->
                                new ImageException.Locked(
                                        storage.name() + ": is encrypted and needs a passphrase"));
        if (method == AES) {
            return new Encryption(
                    Optional.empty(),
                    Optional.of(new GuestCipher(LegacyAes.of(passphrase), false)));
        }
        var place = place(storage, image);
        var luks = Luks.open(storage, place.host(), place.length(), passphrase);
        return new Encryption(Optional.of(luks), Optional.of(new GuestCipher(luks.cipher(), true)));
    }

    /** What an image says of it; nothing is unlocked. */
    static Optional<EncryptionInfo> inspect(Storage storage, ImageHeader image) throws IOException {
        return switch (image.header().cryptMethod()) {
            case NONE -> Optional.empty();
            case AES -> Optional.of(new EncryptionInfo.Aes());
            default -> {
                var place = place(storage, image);
                yield Optional.of(Luks.inspect(storage, place.host(), place.length()));
            }
        };
    }

    private static HeaderExtension.EncryptionHeader place(Storage storage, ImageHeader image)
            throws ImageException.Corrupt {
        for (var extension : image.extensions()) {
            if (extension instanceof HeaderExtension.EncryptionHeader place) {
                if (place.host() < image.header().clusterSize()
                        || place.host() % image.header().clusterSize() != 0
                        || place.length() < 0
                        || place.length() > MAX_LUKS_BYTES) {
                    throw new ImageException.Corrupt(
                            "%s: its encryption header, 0x%x bytes at 0x%x, is not at a cluster of its own with 0x%x bytes at most"
                                    .formatted(
                                            storage.name(),
                                            place.length(),
                                            place.host(),
                                            MAX_LUKS_BYTES));
                }
                return place;
            }
        }
        throw new ImageException.Corrupt(
                storage.name() + ": is encrypted with LUKS, but names no encryption header");
    }

    GuestData on(GuestData data) {
        return cipher.map(data::encrypted).orElse(data);
    }

    /** The LUKS header, if it is that. */
    Optional<Luks> luks() {
        return luks;
    }

    @Override
    public void close() {
        luks.ifPresent(Luks::close);
    }
}
