package dev.cistern.worker.execution;

import java.time.Duration;

/** Keeps those who share it to a number of bytes a second together. Thread-safe. */
final class Pace {
    private static final long NANOS = 1_000_000_000;

    /** What was not used is not made up for beyond this. */
    private static final long CREDIT = NANOS / 10;

    private final long bytesPerSecond;
    private long dueAt = System.nanoTime();

    Pace(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    /** How long to wait after these bytes. */
    synchronized Duration after(long bytes) {
        return after(bytes, System.nanoTime());
    }

    /** The same at a {@link System#nanoTime}. */
    synchronized Duration after(long bytes, long now) {
        var start = dueAt - now < -CREDIT ? now - CREDIT : dueAt;
        dueAt = start + (long) ((double) bytes / bytesPerSecond * NANOS);
        return Duration.ofNanos(Math.max(0, dueAt - now));
    }
}
