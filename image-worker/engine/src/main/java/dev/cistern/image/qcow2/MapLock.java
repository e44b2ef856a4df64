package dev.cistern.image.qcow2;

import java.util.concurrent.locks.ReentrantLock;

/** Guards the tables in memory; no guest data are read or written under it. */
final class MapLock implements AutoCloseable {
    private final ReentrantLock lock = new ReentrantLock();

    /** Takes the lock; to be closed by the thread that took it. */
    MapLock take() {
        lock.lock();
        return this;
    }

    @Override
    public void close() {
        lock.unlock();
    }
}
