package dev.cistern.image.qcow2;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Which reads and writes are under way, by the time at which they began, so that clusters that one
 * of them may still use are not used for anything else. Time is a counter that moves on whenever a
 * cluster is unlinked.
 */
final class InFlight {
    private static final int PLACES = 128;

    /** Places are a cache line apart. */
    private static final int STRIDE = 8;

    private static final long NOBODY = 0;
    private static final long PAUSE_NANOS = 20_000;

    private final AtomicLongArray began = new AtomicLongArray(PLACES * STRIDE);
    private final AtomicLong now = new AtomicLong(1);

    /**
     * Begins a read or write, before it looks into the tables. Waits if very many are under way.
     */
    int enter() {
        var place = (int) Thread.currentThread().threadId() % PLACES;
        for (var tried = 1; !began.compareAndSet(place * STRIDE, NOBODY, now.get()); tried++) {
            place = (place + 1) % PLACES;
            if (tried % PLACES == 0) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
        return place;
    }

    /** Ends it. */
    void leave(int place) {
        began.set(place * STRIDE, NOBODY);
    }

    /**
     * The time of something that happens now; what begins after it does not see what was before.
     */
    long tick() {
        return now.getAndIncrement();
    }

    /** Whether all that is under way began after a time. */
    boolean allSince(long time) {
        for (var place = 0; place < PLACES; place++) {
            var beginning = began.get(place * STRIDE);
            if (beginning != NOBODY && beginning <= time) {
                return false;
            }
        }
        return true;
    }
}
