package dev.cistern.image;

import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * What the caches of the tables of all images in this process have done since it started.
 * Thread-safe; a cache tells its hits in bulk, so the last thousand of each may not be counted yet.
 */
public final class CacheStatistics {
    /** Of this process. */
    public static final CacheStatistics PROCESS = new CacheStatistics();

    private static final Cleaner CLEANER = Cleaner.create();

    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();
    private final AtomicLong bytes = new AtomicLong();

    private CacheStatistics() {}

    /** Parts of tables that were at hand. */
    public long hits() {
        return hits.sum();
    }

    /** Parts of tables that were read from a file. */
    public long misses() {
        return misses.sum();
    }

    /**
     * Bytes outside of the heap that caches take, until the collector has seen that they are gone.
     */
    public long bytes() {
        return bytes.get();
    }

    /** A cache had these at hand since it told last. */
    public void hit(long count) {
        hits.add(count);
    }

    /** A cache has read one. */
    public void missed() {
        misses.increment();
    }

    /** A cache takes bytes, for as long as it can be reached. */
    public void taken(Object cache, long more) {
        bytes.addAndGet(more);
        var _ = CLEANER.register(cache, () -> bytes.addAndGet(-more));
    }
}
