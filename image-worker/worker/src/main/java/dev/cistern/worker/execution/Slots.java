package dev.cistern.worker.execution;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Room for so many commands at once in one lane. */
public final class Slots {
    private final int total;
    private final Semaphore free;

    /** This many slots, all free. */
    public Slots(int total) {
        this.total = total;
        this.free = new Semaphore(total, true);
    }

    /** How many there are. */
    public int total() {
        return total;
    }

    /** Waits for a free slot; empty if none became free in this time. */
    public Optional<Slot> take(Duration wait) throws InterruptedException {
        return free.tryAcquire(wait.toMillis(), TimeUnit.MILLISECONDS)
                ? Optional.of(new Slot())
                : Optional.empty();
    }

    /** A slot that is taken until it is closed; closing it twice does no harm. */
    public final class Slot implements AutoCloseable {
        private final AtomicBoolean closed = new AtomicBoolean();

        private Slot() {}

        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                free.release();
            }
        }
    }
}
