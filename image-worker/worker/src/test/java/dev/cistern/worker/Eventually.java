package dev.cistern.worker;

import java.time.Duration;

/** Waits for what happens in its own time. */
public final class Eventually {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private Eventually() {}

    /** What is waited for. */
    public interface Condition {
        boolean holds() throws Exception;
    }

    /** Returns when it holds; fails when that takes too long. */
    public static void that(String what, Condition condition) throws Exception {
        var deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("not within %s: %s".formatted(LIMIT, what));
            }
            Thread.sleep(10);
        }
    }
}
