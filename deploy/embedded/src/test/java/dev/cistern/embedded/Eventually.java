package dev.cistern.embedded;

import java.time.Duration;

/** Waits for what happens in its own time. */
final class Eventually {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private Eventually() {}

    interface Condition {
        boolean holds() throws Exception;
    }

    static void that(Condition condition) throws Exception {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("did not come true within " + LIMIT);
            }
            Thread.sleep(20);
        }
    }
}
