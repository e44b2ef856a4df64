package dev.cistern.img;

import dev.cistern.image.Progress;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Slows copying down to so many bytes a second, and passes on how far it has come. */
final class RateLimit implements Progress {
    private final Progress next;
    private final long bytesPerSecond;
    private final LongSupplier nanos;
    private final long begun;
    private long copied;

    /**
     * A limit that counts from now on.
     *
     * @param bytesPerSecond 0 for no limit
     */
    RateLimit(Progress next, long bytesPerSecond, LongSupplier nanos) {
        this.next = next;
        this.bytesPerSecond = bytesPerSecond;
        this.nanos = nanos;
        this.begun = nanos.getAsLong();
    }

    @Override
    public void at(long done, long total) throws IOException {
        next.at(done, total);
    }

    @Override
    public void copied(long bytes) throws IOException {
        copied += bytes;
        next.copied(bytes);
        if (bytesPerSecond == 0) {
            return;
        }
        try {
            TimeUnit.NANOSECONDS.sleep(begun + due() - nanos.getAsLong());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (InterruptedIOException)
                    new InterruptedIOException("interrupted while it waited").initCause(e);
        }
    }

    /** Nanoseconds that what was copied may have taken at least. */
    private long due() {
        var second = TimeUnit.SECONDS.toNanos(1);
        return Math.addExact(
                Math.multiplyExact(copied / bytesPerSecond, second),
                (long) ((double) (copied % bytesPerSecond) / bytesPerSecond * second));
    }
}
