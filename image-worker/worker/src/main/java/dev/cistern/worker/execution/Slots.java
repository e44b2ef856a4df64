package dev.cistern.worker.execution;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

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
        return take(1, wait).stream().findFirst();
    }

    /** Waits for this many free slots; empty if there were fewer all of this time. */
    public List<Slot> take(int count, Duration wait) throws InterruptedException {
        return free.tryAcquire(count, wait.toMillis(), TimeUnit.MILLISECONDS)
                ? Stream.generate(Slot::new).limit(count).toList()
                : List.of();
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
