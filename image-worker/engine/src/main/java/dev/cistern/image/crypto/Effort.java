package dev.cistern.image.crypto;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;

/** How many iterations of PBKDF2 this machine does in a time. */
final class Effort {
    private static final int WARM_UP = 40_000;
    private static final int SAMPLE = 40_000;
    private static final int SALT_BYTES = 32;

    /** A second's iterations for one block of a hash; measured once. */
    private static final ConcurrentHashMap<Hash, Double> RATES = new ConcurrentHashMap<>();

    private Effort() {}

    /**
     * Iterations that take a time for a key.
     *
     * @param least that are to be done in any case
     */
    static int iterations(Hash hash, int keyBytes, Duration time, int least) {
        var blocks = Math.ceilDiv(keyBytes, hash.bytes());
        var rate = RATES.computeIfAbsent(hash, Effort::measure) / blocks;
        return Math.clamp((long) (rate * time.toMillis() / 1000), least, LuksHeader.MAX_ITERATIONS);
    }

    private static double measure(Hash hash) {
        work(hash, WARM_UP);
        var start = nanos();
        work(hash, SAMPLE);
        return SAMPLE * 1e9 / Math.max(1, nanos() - start);
    }

    /** The processor's time where it is told, so that other work on the machine does not count. */
    private static long nanos() {
        var threads = ManagementFactory.getThreadMXBean();
        var time =
                threads.isCurrentThreadCpuTimeSupported() ? threads.getCurrentThreadCpuTime() : -1;
        return time < 0 ? System.nanoTime() : time;
    }

    private static void work(Hash hash, int iterations) {
        var _ = Pbkdf2.derive(hash, new byte[1], new byte[SALT_BYTES], iterations, hash.bytes());
    }
}
