package dev.cistern.common.operation;

import io.quarkus.narayana.jta.QuarkusTransaction;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;

/** Transactions that are run again when PostgreSQL had to break them off for another's sake. */
public final class Transactions {
    private static final int TRIES = 10;

    /** Runs work in a transaction of its own. */
    public void run(Runnable work) {
        call(
                () -> {
                    work.run();
                    return true;
                });
    }

    /**
     * Runs work in a transaction of its own; it may run several times, but is committed once.
     *
     * @throws RuntimeException what the work threw, the transaction being rolled back
     */
    public <T> T call(Callable<T> work) {
        for (var attempt = 1; ; attempt++) {
            try {
                return QuarkusTransaction.requiringNew().call(work);
            } catch (RuntimeException e) {
                if (attempt == TRIES || !DatabaseFault.brokenOff(e)) {
                    throw e;
                }
                pause(attempt);
            }
        }
    }

    private static void pause(int attempt) {
        try {
            Thread.sleep(Duration.ofMillis(ThreadLocalRandom.current().nextLong(5, 20) * attempt));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
