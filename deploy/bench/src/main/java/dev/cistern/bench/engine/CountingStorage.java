package dev.cistern.bench.engine;

import dev.cistern.image.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/** Storage that counts how often it is synced. */
final class CountingStorage implements Storage {
    private final Storage storage;
    private final AtomicInteger syncs = new AtomicInteger();

    CountingStorage(Storage storage) {
        this.storage = storage;
    }

    int syncs() {
        return syncs.get();
    }

    @Override
    public void sync() throws IOException {
        syncs.incrementAndGet();
        storage.sync();
    }

    @Override
    public int read(ByteBuffer into, long offset) throws IOException {
        return storage.read(into, offset);
    }

    @Override
    public void writeFully(ByteBuffer from, long offset) throws IOException {
        storage.writeFully(from, offset);
    }

    @Override
    public long size() throws IOException {
        return storage.size();
    }

    @Override
    public void truncate(long size) throws IOException {
        storage.truncate(size);
    }

    @Override
    public void zero(long offset, long length) throws IOException {
        storage.zero(offset, length);
    }

    @Override
    public boolean punchHole(long offset, long length) throws IOException {
        return storage.punchHole(offset, length);
    }

    @Override
    public void allocate(long offset, long length) throws IOException {
        storage.allocate(offset, length);
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
