package dev.cistern.image.storage;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Storage that knows whether anything was changed since it was last synced, and does not wait for
 * the disk if nothing was. A change counts from when it has been made; a sync that finds another
 * one under way waits for its end. Holes do not count: they are punched into what nothing names.
 */
public final class UnsyncedStorage implements Storage {
    private final Storage storage;
    private final Object syncing = new Object();
    private volatile boolean unsynced;

    /** Storage over another, of which nothing is known to be unsynced. */
    public UnsyncedStorage(Storage storage) {
        this.storage = storage;
    }

    /** Something was changed that does not count by itself. */
    public void changed() {
        if (!unsynced) {
            unsynced = true;
        }
    }

    @Override
    public void sync() throws IOException {
        synchronized (syncing) {
            if (!unsynced) {
                return;
            }
            unsynced = false;
            var synced = false;
            try {
                storage.sync();
                synced = true;
            } finally {
                if (!synced) {
                    unsynced = true;
                }
            }
        }
    }

    @Override
    public void writeFully(ByteBuffer from, long offset) throws IOException {
        try {
            storage.writeFully(from, offset);
        } finally {
            changed();
        }
    }

    @Override
    public void truncate(long size) throws IOException {
        try {
            storage.truncate(size);
        } finally {
            changed();
        }
    }

    @Override
    public void zero(long offset, long length) throws IOException {
        try {
            storage.zero(offset, length);
        } finally {
            changed();
        }
    }

    @Override
    public boolean punchHole(long offset, long length) throws IOException {
        return storage.punchHole(offset, length);
    }

    @Override
    public void allocate(long offset, long length) throws IOException {
        try {
            storage.allocate(offset, length);
        } finally {
            changed();
        }
    }

    @Override
    public int read(ByteBuffer into, long offset) throws IOException {
        return storage.read(into, offset);
    }

    @Override
    public long size() throws IOException {
        return storage.size();
    }

    @Override
    public long nextData(long offset) throws IOException {
        return storage.nextData(offset);
    }

    @Override
    public long nextHole(long offset) throws IOException {
        return storage.nextHole(offset);
    }

    @Override
    public String name() {
        return storage.name();
    }

    @Override
    public void close() throws IOException {
        storage.close();
    }
}
