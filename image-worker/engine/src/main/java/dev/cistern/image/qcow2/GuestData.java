package dev.cistern.image.qcow2;

import dev.cistern.image.DiskImage.Space;
import dev.cistern.image.storage.Storage;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The clusters with the guest's bytes, in the image's own file or in a data file beside it. */
final class GuestData implements Closeable {
    private final Storage storage;
    private final boolean external;
    private final boolean raw;

    /** Whether a data file has changed since it was synced last. */
    private volatile boolean changed;

    private volatile boolean failed;

    private GuestData(Storage storage, boolean external, boolean raw) {
        this.storage = storage;
        this.external = external;
        this.raw = raw;
    }

    /** Guest data in the image's own file. */
    static GuestData within(ImageFile file) {
        return new GuestData(file.storage(), false, false);
    }

    /**
     * Guest data in a data file.
     *
     * @param raw whether that is to be a raw image of the same content at any time
     */
    static GuestData beside(Storage dataFile, boolean raw) {
        return new GuestData(dataFile, true, raw);
    }

    /** Whether they are in a data file. */
    boolean external() {
        return external;
    }

    /** Whether zeroes have to reach the data file. */
    boolean raw() {
        return raw;
    }

    /** Fills the buffer's room from one or more clusters that follow each other. */
    void read(ByteBuffer into, long host) throws IOException {
        storage.readPadded(into, host);
    }

    void write(ByteBuffer from, long host) throws IOException {
        storage.writeFully(from, host);
        changed = true;
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
