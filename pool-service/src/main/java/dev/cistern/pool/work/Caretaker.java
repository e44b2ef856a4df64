package dev.cistern.pool.work;

import dev.cistern.common.message.Heartbeat;
import dev.cistern.common.operation.NewOperation.Requester;
import dev.cistern.common.operation.Transactions;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.pool.Pool;
import dev.cistern.pool.Pools;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Looks after pools without being asked: starts those that are marked so when a worker of theirs
 * appears, looks now and then at what is in those that run, and at once at one that is inaccessible
 * when a worker says that its folder is back.
 */
@Singleton
public class Caretaker {
    private static final Logger LOG = Logger.getLogger(Caretaker.class);
    private static final Duration ROUND = Duration.ofSeconds(5);

    private final PoolService service;
    private final PoolWork work;
    private final Pools pools;
    private final CareConfig config;
    private final Transactions transactions = new Transactions();

    /** Incarnations of workers whose pools have been started. */
    private final Map<String, UUID> greeted = new ConcurrentHashMap<>();

    /** Worker groups that have a new worker. */
    private final Set<String> awake = ConcurrentHashMap.newKeySet();

    /** Pools that a worker has found reachable since the last round. */
    private final Set<UUID> reachable = ConcurrentHashMap.newKeySet();

    private final ScheduledExecutorService rounds =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("pool-caretaker").daemon().factory());

    /** Looks after the pools of a service, in rounds that begin with the application. */
    public Caretaker(PoolService service, PoolWork work, Pools pools, CareConfig config) {
        this.service = service;
        this.work = work;
        this.pools = pools;
        this.config = config;
    }

    void start(@Observes StartupEvent event) {
        var _ =
                rounds.scheduleWithFixedDelay(
                        this::goRound, ROUND.toMillis(), ROUND.toMillis(), TimeUnit.MILLISECONDS);
    }

    void stop(@Observes ShutdownEvent event) {
        rounds.shutdownNow();
    }

    /** A worker gave a sign of life. */
    public void heard(Heartbeat heartbeat) {
        if (!heartbeat
                .incarnation()
                .equals(greeted.put(heartbeat.worker(), heartbeat.incarnation()))) {
            awake.addAll(heartbeat.groups());
        }
        heartbeat.pools().stream()
                .filter(Heartbeat.Reach::reachable)
                .map(Heartbeat.Reach::pool)
                .forEach(reachable::add);
    }

    /** One round, also for tests. */
    public void goRound() {
        try {
            var groups = Set.copyOf(awake);
            awake.removeAll(groups);
            var back = Set.copyOf(reachable);
            reachable.clear();
            for (var pool : due(groups, back)) {
                submit(pool);
            }
        } catch (RuntimeException e) {
            LOG.warnf("looking after pools: %s; trying again", e.getMessage());
        }
    }

    /** What is to be done to which pool. */
    private record Errand(String pool, String kind, Object request) {}

    private List<Errand> due(Set<String> groups, Set<UUID> back) {
        var now = Instant.now();
        return transactions.call(
                () ->
                        pools.defined().stream()
                                .filter(pool -> !work.runtime().query().anyLive(pool.id()))
                                .flatMap(pool -> errand(pool, groups, back, now).stream())
                                .toList());
    }

    private List<Errand> errand(Pool pool, Set<String> groups, Set<UUID> back, Instant now) {
        return switch (pool.state()) {
            case INACTIVE ->
                    config.autostart() && pool.autostart() && isAwake(pool, groups)
                            ? List.of(new Errand(pool.id().toString(), "StartPool", Map.of()))
                            : List.of();
            // One that is in maintenance is taken back by those who know why.
            case RUNNING, DEGRADED ->
                    look(pool, pool.opened() && isOver(pool, config.refreshEvery(), now));
            case INACCESSIBLE ->
                    look(pool, back.contains(pool.id()) || isOver(pool, config.retryEvery(), now));
            case BUILDING, UNDEFINED -> List.of();
        };
    }

    /** A pool that has no group yet belongs to the first that appears, if there is only one. */
    private static boolean isAwake(Pool pool, Set<String> groups) {
        return pool.group() == null ? !groups.isEmpty() : groups.contains(pool.group());
    }

    private static boolean isOver(Pool pool, Duration pause, Instant now) {
        return pause.isPositive() && pool.lookedAt().plus(pause).isBefore(now);
    }

    private static List<Errand> look(Pool pool, boolean due) {
        return due
                ? List.of(
                        new Errand(
                                pool.id().toString(), "RefreshPool", new RefreshPool.Request(true)))
                : List.of();
    }

    private void submit(Errand errand) {
        try {
            var _ =
                    service.submit(
                            errand.pool(), errand.kind(), errand.request(), Requester.SYSTEM);
        } catch (ProblemException e) {
            LOG.infof("%s of pool %s: %s", errand.kind(), errand.pool(), e.getMessage());
        }
    }
}
