package dev.cistern.flow;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Waits for what comes some time. */
final class Await {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long PAUSE_MILLIS = 50;

    private Await() {}

    /** Asks until the answer is right; an answer that throws is not. */
    static <T> T until(String what, Callable<T> question, Predicate<T> right) throws Exception {
        var deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            Object last;
            try {
                var answer = question.call();
                if (right.test(answer)) {
                    return answer;
                }
                last = answer;
            } catch (Exception e) {
                last = e;
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError(
                        "%s: not within %s; last was %s".formatted(what, PATIENCE, last));
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        }
    }
}
