package dev.cistern.worker.execution;

import dev.cistern.common.message.Heartbeat.Abilities;
import dev.cistern.common.message.Heartbeat.Reach;
import dev.cistern.common.message.PoolPlace;
import dev.cistern.common.problem.ProblemException;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks at each pool's folder again and again, on a thread of its own, because a look at storage
 * that hangs does not come back.
 */
public final class PoolProbes implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofSeconds(5);

    private final Duration patience;
    private final Look look;
    private final Map<UUID, Probe> probes = new ConcurrentHashMap<>();

    /** Looks at a pool's folder. */
    @FunctionalInterface
    public interface Look {
        /**
         * Touches the storage.
         *
         * @return what its file system can do, or null if that was not looked for
         * @throws IOException or ProblemException if the folder is not there or not the pool's
         */
        @Nullable Abilities at(PoolPlace pool) throws IOException;
    }

    /**
     * Probes, of no pool at first.
     *
     * @param patience how long a look may take
     */
    public PoolProbes(Duration patience, Look look) {
        this.patience = patience;
        this.look = look;
    }

    /** Looks at this pool too, from now on. */
    public void watch(PoolPlace pool) {
        probes.computeIfAbsent(pool.poolId(), _ -> new Probe(pool));
    }

    /** No longer looks at this pool. */
    public void forget(PoolPlace pool) {
        var probe = probes.remove(pool.poolId());
        if (probe != null) {
            probe.thread.interrupt();
        }
    }

    /** The pools watched: those that this worker has worked on and that were not stopped since. */
    public Collection<PoolPlace> watched() {
        return probes.values().stream().map(probe -> probe.pool).toList();
    }

    /** How each of them was found at the last look that came back. */
    public List<Reach> reaches() {
        var now = System.nanoTime();
        return probes.values().stream().map(probe -> probe.reach(now)).toList();
    }

    /** The folders that have not answered for longer than the patience. */
    public List<String> hanging() {
        var now = System.nanoTime();
        return probes.values().stream()
                .filter(probe -> probe.hangs(now))
                .map(probe -> probe.pool.path())
                .toList();
    }

    @Override
    public void close() {
        watched().forEach(this::forget);
    }

    private final class Probe {
        private final PoolPlace pool;
        private final Thread thread;
        private volatile long lookingSince;
        private volatile boolean looking;
        private volatile boolean reachable = true;
        private volatile @Nullable Abilities abilities;

        Probe(PoolPlace pool) {
            this.pool = pool;
            this.thread =
                    Thread.ofPlatform().name("probe " + pool.path()).daemon().unstarted(this::run);
            thread.start();
        }

        Reach reach(long now) {
            return new Reach(pool.poolId(), reachable && !hangs(now), abilities);
        }

        boolean hangs(long now) {
            var since = lookingSince;
            return looking && now - since > patience.toNanos();
        }

        private void run() {
            try {
                while (true) {
                    lookOnce();
                    TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void lookOnce() {
            lookingSince = System.nanoTime();
            looking = true;
            try {
                abilities = look.at(pool);
                reachable = true;
            } catch (IOException | ProblemException _) {
                // A folder that is gone answers at once.
                reachable = false;
            } finally {
                looking = false;
            }
        }
    }
}
