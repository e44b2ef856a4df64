package dev.cistern.common.testing;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Waits for what happens in its own time. */
public final class Eventually {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private Eventually() {}

    /** What is waited for. */
    @FunctionalInterface
    public interface Condition {
        /** Whether it is so by now. */
        boolean holds() throws Exception;
    }

    /** Returns when it is so; fails after half a minute. */
    public static void that(String what, Condition condition) throws Exception {
        var deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError(what + ": not so within " + LIMIT);
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }
}
