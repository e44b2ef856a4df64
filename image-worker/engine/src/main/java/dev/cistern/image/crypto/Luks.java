package dev.cistern.image.crypto;

import dev.cistern.image.EncryptionInfo;
import dev.cistern.image.ImageException;
import dev.cistern.image.Secret;
import dev.cistern.image.storage.Storage;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * An unlocked LUKS header in a part of a storage. The master key is in memory until this is closed,
 * after which its ciphers must not be used. Not thread-safe, but for the ciphers.
 */
public final class Luks implements Closeable {
    /** The specification's and QEMU's least for a passphrase and for the digest. */
    private static final int MIN_ITERATIONS = 1000;

    /** QEMU and cryptsetup take an eighth of the time for it. */
    private static final int DIGEST_SHARE = 8;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Storage storage;
    private final long host;
    private final byte[] masterKey;
    private LuksHeader header;

    private Luks(Storage storage, long host, byte[] masterKey, LuksHeader header) {
        this.storage = storage;
        this.host = host;
        this.masterKey = masterKey;
        this.header = header;
    }

    /** Bytes of a new header with the places for its keys. */
    public static long bytes(LuksOptions options) {
        return (long) LuksHeader.materialSector(options.cipher(), LuksHeader.SLOTS)
                * SectorCipher.SECTOR;
    }

    /**
     * Writes a header with a new master key, which a passphrase unlocks; the caller syncs.
     *
     * @param host where it begins; what is there reads as zeroes
     */
    public static Luks create(Storage storage, long host, LuksOptions options, Secret passphrase)
            throws IOException {
        var masterKey = random(options.cipher().keyBytes());
        var salt = random(LuksHeader.SALT_BYTES);
        var iterations =
                Effort.iterations(
                        options.hash(),
                        LuksHeader.DIGEST_BYTES,
                        options.iterationTime().dividedBy(DIGEST_SHARE),
                        MIN_ITERATIONS);
        var digest =
                Pbkdf2.derive(options.hash(), masterKey, salt, iterations, LuksHeader.DIGEST_BYTES);
        var empty = LuksHeader.of(options, digest, salt, iterations, UUID.randomUUID().toString());
        var luks = new Luks(storage, host, masterKey, empty);
        luks.header = empty.withSlot(0, luks.fill(0, passphrase, options.iterationTime()));
        storage.writeFully(luks.header.encode(), host);
        return luks;
    }

    private static byte[] random(int length) {
        var bytes = new byte[length];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    /**
     * Unlocks a header.
     *
     * @param length bytes that it may take
     * @throws ImageException.Locked if the passphrase fits no slot
     */
    public static Luks open(Storage storage, long host, long length, Secret passphrase)
            throws IOException {
        var header = read(storage, host, length);
        for (var slot : header.slots()) {
            var key = unlock(storage, host, header, slot, passphrase);
            if (key.isPresent()) {
                return new Luks(storage, host, key.get(), header);
            }
        }
        throw new ImageException.Locked(
                storage.name() + ": the passphrase fits none of its key slots");
    }

    /** What a header says of itself; nothing is unlocked. */
    public static EncryptionInfo.Luks inspect(Storage storage, long host, long length)
            throws IOException {
        return read(storage, host, length).info();
    }

    private static LuksHeader read(Storage storage, long host, long length) throws IOException {
        var bytes = ByteBuffer.allocate(LuksHeader.BYTES);
        storage.readUpTo(bytes, host);
        return LuksHeader.decode(bytes.flip(), length, storage.name());
    }

    private static Optional<byte[]> unlock(
            Storage storage, long host, LuksHeader header, LuksSlot slot, Secret passphrase)
            throws IOException {
        if (!slot.active()) {
            return Optional.empty();
        }
        var slotKey = slotKey(header, slot, passphrase);
        var material = ByteBuffer.allocate(wholeSectors(header.materialBytes()));
        storage.readPadded(material, host + slot.materialOffset());
        header.cipher().cipher(slotKey).decrypt(material.flip(), 0);
        var split = Arrays.copyOf(material.array(), header.materialBytes());
        var key = AntiForensic.merge(header.hash(), split, slot.stripes());
        wipe(slotKey, material.array(), split);
        if (isMasterKey(header, key)) {
            return Optional.of(key);
        }
        wipe(key);
        return Optional.empty();
    }

    private static byte[] slotKey(LuksHeader header, LuksSlot slot, Secret passphrase) {
        var password = passphrase.bytes();
        var key =
                Pbkdf2.derive(
                        header.hash(),
                        password,
                        slot.salt(),
                        slot.iterations(),
                        header.cipher().keyBytes());
        wipe(password);
        return key;
    }

    private static boolean isMasterKey(LuksHeader header, byte[] key) {
        return MessageDigest.isEqual(
                header.digest(),
                Pbkdf2.derive(
                        header.hash(),
                        key,
                        header.digestSalt(),
                        header.digestIterations(),
                        LuksHeader.DIGEST_BYTES));
    }

    /** The last sector of a material may be a part of one, as keys of 192 bits have it. */
    private static int wholeSectors(int bytes) {
        return Math.ceilDiv(bytes, SectorCipher.SECTOR) * SectorCipher.SECTOR;
    }

    private static void wipe(byte[]... keys) {
        for (var key : keys) {
            Arrays.fill(key, (byte) 0);
        }
    }

    /** The cipher of the master key. */
    public SectorCipher cipher() {
        return header.cipher().cipher(masterKey);
    }

    /** What the header says of itself. */
    public EncryptionInfo.Luks info() {
        return header.info();
    }

    /** The slots that a passphrase unlocks, by their numbers. */
    public int[] slotsOf(Secret passphrase) throws IOException {
        var found = IntStream.builder();
        for (var slot = 0; slot < LuksHeader.SLOTS; slot++) {
            var key = unlock(storage, host, header, header.slots().get(slot), passphrase);
            if (key.isPresent()) {
                wipe(key.get());
                found.add(slot);
            }
        }
        return found.build().toArray();
    }

    /**
     * Lets another passphrase unlock the header, durably. A crash leaves the slot as it was or with
     * the passphrase.
     *
     * @param wanted the slot, which must be free; empty for the first free one
     * @param time how long it is to take to try the passphrase
     * @return the slot
     * @throws ImageException.OutOfRange if there is no such slot, or it is not free
     */
    public int addKey(Secret passphrase, OptionalInt wanted, Duration time) throws IOException {
        var slot = wanted.orElseGet(this::firstFree);
        if (slot < 0 || slot >= LuksHeader.SLOTS) {
            throw new ImageException.OutOfRange(
                    wanted.isPresent()
                            ? "%s: there is no key slot %d; they are 0 to 7"
                                    .formatted(storage.name(), slot)
                            : storage.name()
                                    + ": all of its key slots are in use; erase one first");
        }
        if (header.slots().get(slot).active()) {
            throw new ImageException.OutOfRange(
                    "%s: key slot %d is in use; erase it first".formatted(storage.name(), slot));
        }
        var filled = fill(slot, passphrase, time);
        write(slot, filled.withActive(false));
        storage.sync();
        write(slot, filled);
        storage.sync();
        return slot;
    }

    private int firstFree() {
        return IntStream.range(0, LuksHeader.SLOTS)
                .filter(slot -> !header.slots().get(slot).active())
                .findFirst()
                .orElse(-1);
    }

    /** Writes the master key's material for a passphrase, and returns the slot that tells of it. */
    private LuksSlot fill(int index, Secret passphrase, Duration time) throws IOException {
        var iterations =
                Effort.iterations(header.hash(), header.cipher().keyBytes(), time, MIN_ITERATIONS);
        var slot =
                new LuksSlot(
                        true,
                        iterations,
                        random(LuksSlot.SALT_BYTES),
                        header.slots().get(index).materialSector(),
                        LuksSlot.STRIPES);
        var slotKey = slotKey(header, slot, passphrase);
        var split = AntiForensic.split(header.hash(), masterKey, LuksSlot.STRIPES, RANDOM);
        var material = ByteBuffer.wrap(Arrays.copyOf(split, wholeSectors(split.length)));
        header.cipher().cipher(slotKey).encrypt(material, 0);
        storage.writeFully(material.limit(split.length), host + slot.materialOffset());
        wipe(slotKey, split);
        return slot;
    }

    /**
     * Makes a slot of no use for its passphrase, durably. Whatever a crash leaves, the passphrase
     * of every other slot goes on to unlock the header.
     *
     * @param force whether that may be the last one, after which nobody can read the image
     * @throws ImageException.OutOfRange if it is the last one in use
     */
    public void eraseKey(int slot, boolean force) throws IOException {
        if (slot < 0 || slot >= LuksHeader.SLOTS) {
            throw new ImageException.OutOfRange(
                    "%s: there is no key slot %d; they are 0 to 7".formatted(storage.name(), slot));
        }
        var old = header.slots().get(slot);
        requireErasable(new int[] {slot}, force);
        write(slot, old.withActive(false));
        storage.sync();
        storage.writeFully(
                ByteBuffer.wrap(random(header.materialBytes())), host + old.materialOffset());
        write(slot, LuksSlot.inactive(old.materialSector()));
        storage.sync();
    }

    /**
     * Refuses to erase all slots that are in use, unless forced.
     *
     * @throws ImageException.Locked if there are none
     */
    public void requireErasable(int[] slots, boolean force) throws ImageException {
        if (slots.length == 0) {
            throw new ImageException.Locked(
                    storage.name() + ": the passphrase fits none of its key slots");
        }
        var active = header.slots().stream().filter(LuksSlot::active).count();
        var erased = Arrays.stream(slots).filter(slot -> header.slots().get(slot).active()).count();
        if (!force && erased > 0 && erased == active) {
            throw new ImageException.OutOfRange(
                    "%s: no other key slot than %s is in use; without one nobody could read the image"
                            .formatted(storage.name(), Arrays.toString(slots)));
        }
    }

    private void write(int index, LuksSlot slot) throws IOException {
        storage.writeFully(
                slot.encode(), host + LuksHeader.SLOTS_AT + (long) index * LuksSlot.BYTES);
        header = header.withSlot(index, slot);
    }

    @Override
    public void close() {
        wipe(masterKey);
    }
}
