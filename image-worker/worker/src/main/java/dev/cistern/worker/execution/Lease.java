package dev.cistern.worker.execution;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * For how long the others may believe that this worker is alive: renewed by each heartbeat that
 * Kafka took. The clock is monotonic, so a process that was stopped finds its lease run out.
 * Thread-safe.
 */
public final class Lease {
    private final long lengthNanos;
    private final LongSupplier nanoTime;
    private long until;
    private long number;

    /**
     * A stretch of time without a gap; work taken in one must not be finished in the next, for in
     * between another may have taken it over.
     */
    public record Term(long number) {}

    /** A lease that nothing has renewed yet. */
    public Lease(Duration length) {
        this(length, System::nanoTime);
    }

    Lease(Duration length, LongSupplier nanoTime) {
        this.lengthNanos = length.toNanos();
        this.nanoTime = nanoTime;
    }

    /**
     * A heartbeat was delivered.
     *
     * @param sentAt {@link System#nanoTime} before it was sent, from which the others may count
     */
    public synchronized void renewed(long sentAt) {
        if (number == 0 || sentAt - until >= 0) {
            number++;
            until = sentAt + lengthNanos;
        } else if (sentAt + lengthNanos - until > 0) {
            until = sentAt + lengthNanos;
        }
    }

    /** The term now; empty while the lease has run out. */
    public synchronized Optional<Term> term() {
        return number > 0 && nanoTime.getAsLong() - until < 0
                ? Optional.of(new Term(number))
                : Optional.empty();
    }
}
