package dev.cistern.image.storage;

import java.util.ArrayList;
import java.util.List;

/**
 * Locks on runs of numbered things, guest clusters say. Who changes what a cluster is mapped to
 * holds one; whoever reads it or writes to it in place needs none.
 */
public final class RangeLocks {
    private final List<Held> held = new ArrayList<>();

    /** A run that one thread has to itself. */
    public final class Held implements AutoCloseable {
        private final long first;
        private final long last;

        private Held(long first, long last) {
            this.first = first;
            this.last = last;
        }

        private boolean overlaps(Held other) {
            return first <= other.last && other.first <= last;
        }

        @Override
        public void close() {
            release(this);
        }
    }

    /** Waits until nobody has any from {@code first} to {@code last}. */
    public synchronized Held lock(long first, long last) {
        var wanted = new Held(first, last);
        var interrupted = false;
        while (held.stream().anyMatch(wanted::overlaps)) {
            try {
                wait();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        held.add(wanted);
        return wanted;
    }

    private synchronized void release(Held lock) {
        held.remove(lock);
        notifyAll();
    }
}
