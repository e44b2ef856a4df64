package dev.cistern.partner;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Waits for what happens in its own time. */
public final class Await {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private Await() {}

    /** Returns what is looked at once it is as wanted; fails after a third of a minute. */
    public static <T> T until(String what, Callable<T> look, Predicate<T> wanted) throws Exception {
        var deadline = System.nanoTime() + LIMIT.toNanos();
        while (true) {
            var seen = look.call();
            if (wanted.test(seen)) {
                return seen;
            }
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError(
                        "%s: not within %s; at last it was %s".formatted(what, LIMIT, seen));
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }
}
