package dev.cistern.image.qcow2;

import dev.cistern.image.DiskImage.Space;
import dev.cistern.image.ImageException;
import dev.cistern.image.Scratch;
import dev.cistern.image.crypto.SectorCipher;
import dev.cistern.image.storage.Storage;
import dev.cistern.image.storage.Zeroes;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The clusters with the guest's bytes, in the image's own file or in a data file beside it, as they
 * are or encrypted.
 */
final class GuestData implements Closeable {
    private static final int SECTOR = SectorCipher.SECTOR;

    /** What is encrypted at once, bytes. */
    private static final int ENCRYPTED_BYTES = 256 * 1024;

    private static final Scratch SCRATCH = new Scratch();

    private final Storage storage;
    private final boolean external;
    private final boolean raw;
    private final Optional<GuestCipher> cipher;
    private final int clusterSize;

    /** Whether a data file has changed since it was synced last. */
    private volatile boolean changed;

    private volatile boolean failed;

    private GuestData(
            Storage storage,
            boolean external,
            boolean raw,
            Optional<GuestCipher> cipher,
            int clusterSize) {
        this.storage = storage;
        this.external = external;
        this.raw = raw;
        this.cipher = cipher;
        this.clusterSize = clusterSize;
    }

    /** Guest data in the image's own file. */
    static GuestData within(ImageFile file) {
        return new GuestData(
                file.storage(), false, false, Optional.empty(), file.geometry().clusterSize());
    }

    /**
     * Guest data in a data file.
     *
     * @param raw whether that is to be a raw image of the same content at any time
     */
    static GuestData beside(Storage dataFile, boolean raw) {
        return new GuestData(dataFile, true, raw, Optional.empty(), 1);
    }

    /** The same data, encrypted. */
    GuestData encrypted(GuestCipher by) {
        return new GuestData(storage, external, raw, Optional.of(by), clusterSize);
    }

    /** Whether they are encrypted; then whole sectors have to be written. */
    boolean encrypted() {
        return cipher.isPresent();
    }

    /** Whether they are in a data file. */
    boolean external() {
        return external;
    }

    /** Whether zeroes have to reach the data file. */
    boolean raw() {
        return raw;
    }

    /**
     * Fills the buffer's room.
     *
     * @param host where that is stored, in clusters that follow each other
     * @param guest where the guest sees it
     */
    void read(ByteBuffer into, long host, long guest) throws IOException {
        if (cipher.isEmpty()) {
            readStored(into, host);
        } else {
            readEncrypted(into, host, guest, cipher.get());
        }
    }

    /** The last cluster in the file may end behind the file, and is zero there. */
    private void readStored(ByteBuffer into, long host) throws IOException {
        var last = host + into.remaining() - 1;
        if (storage.readUpTo(into, host) > 0) {
            var end = storage.size();
            if (!external && end <= (last & -(long) clusterSize)) {
                throw new ImageException.Corrupt(
                        "%s: ends at 0x%x, before the guest's bytes at 0x%x begin"
                                .formatted(storage.name(), end, last & -(long) clusterSize));
            }
            Zeroes.fill(into);
        }
    }

    private void readEncrypted(ByteBuffer into, long host, long guest, GuestCipher by)
            throws IOException {
        var limit = into.limit();
        var shift = host - into.position();
        while (into.hasRemaining()) {
            var at = into.position() + shift;
            var inSector = (int) (at % SECTOR);
            if (inSector == 0 && into.remaining() >= SECTOR) {
                var start = into.position();
                into.limit(start + into.remaining() / SECTOR * SECTOR);
                readStored(into, at);
                into.position(start);
                by.cipher().decrypt(into, by.number(at, guest + at - host));
                into.position(into.limit()).limit(limit);
            } else {
                var sector = SCRATCH.of(SECTOR);
                readStored(sector, at - inSector);
                by.cipher().decrypt(sector.flip(), by.number(at, guest + at - host));
                into.put(sector.slice(inSector, Math.min(SECTOR - inSector, into.remaining())));
            }
        }
    }

    /** Writes all that the buffer has; whole sectors if they are encrypted. */
    void write(ByteBuffer from, long host, long guest) throws IOException {
        if (cipher.isEmpty()) {
            storage.writeFully(from, host);
        } else {
            writeEncrypted(from, host, guest, cipher.get());
        }
        changed = true;
    }

    private void writeEncrypted(ByteBuffer from, long host, long guest, GuestCipher by)
            throws IOException {
        for (var done = 0; from.hasRemaining(); ) {
            var part = Math.min(from.remaining(), ENCRYPTED_BYTES);
            var scratch = SCRATCH.of(part).put(from.slice(from.position(), part)).flip();
            by.cipher().encrypt(scratch, by.number(host + done, guest + done));
            storage.writeFully(scratch, host + done);
            from.position(from.position() + part);
            done += part;
        }
    }

    /** Makes a range of a data file zero. */
    void zero(long host, long length, Space space) throws IOException {
        if (space == Space.KEEP || !storage.punchHole(host, length)) {
            storage.zero(host, length);
        }
        changed = true;
    }

    /** Gives space of a data file back, if the file system can. */
    void punch(long host, long length) throws IOException {
        if (storage.punchHole(host, length)) {
            changed = true;
        }
    }

    /** Gives a data file another length. */
    void truncate(long length) throws IOException {
        storage.truncate(length);
        changed = true;
    }

    /** What was written to a data file before is durable when this returns. */
    void await(ImageFile file) throws IOException {
        requireSound();
        if (!external || !changed) {
            return;
        }
        changed = false;
        var synced = false;
        try {
            file.await(Barrier.DATA_FILE, storage);
            synced = true;
        } finally {
            failed = !synced;
        }
    }

    /** Refuses to go on after a sync that failed. */
    void requireSound() throws IOException {
        if (failed) {
            throw new IOException(
                    storage.name()
                            + ": an earlier sync failed, so what was written since the one before may be lost; open it anew");
        }
    }

    @Override
    public void close() throws IOException {
        if (external) {
            storage.close();
        }
    }
}
