package dev.cistern.image.storage;

import java.io.IOException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Lets those who want the same folder on disk share one sync: it is enough for whoever asked before
 * it began. Nobody waits for company.
 */
final class SharedSync {
    private static final ConcurrentHashMap<Place, SharedSync> PLACES = new ConcurrentHashMap<>();

    private final AtomicLong asked = new AtomicLong();
    private final ReentrantLock turn = new ReentrantLock();

    /** How many of those who asked are served; guarded by {@link #turn}. */
    private long served;

    /** How many are here; guarded by the entry of {@link #PLACES}. */
    private int users;

    private record Place(long device, long inode) {}

    private SharedSync() {}

    /** Brings what has happened to disk. */
    @FunctionalInterface
    interface Sync {
        void run() throws IOException;
    }

    /**
     * Returns once a sync has succeeded that began after this was called.
     *
     * @throws IOException if this caller's own sync failed; one that fails serves no other
     */
    static void of(FileStatus folder, Sync sync) throws IOException {
        var place = new Place(folder.device(), folder.inode());
        var shared = PLACES.compute(place, (_, there) -> entered(there));
        try {
            shared.run(sync);
        } finally {
            PLACES.computeIfPresent(place, (_, there) -> --there.users == 0 ? null : there);
        }
    }

    private static SharedSync entered(@Nullable SharedSync there) {
        var shared = there == null ? new SharedSync() : there;
        shared.users++;
        return shared;
    }

    private void run(Sync sync) throws IOException {
        var ticket = asked.incrementAndGet();
        turn.lock();
        try {
            if (served < ticket) {
                var all = asked.get();
                sync.run();
                served = all;
            }
        } finally {
            turn.unlock();
        }
    }
}
