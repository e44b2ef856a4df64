package dev.cistern.common.operation;

import dev.cistern.common.message.Heartbeat;
import dev.cistern.common.message.Lane;
import dev.cistern.common.message.Owner;
import dev.cistern.common.operation.Fleet.Road;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;
import org.jdbi.v3.core.Jdbi;

/**
 * Sees to it that every operation ends: sends again what no heartbeat mentions, ends what is
 * overdue, and sweeps up what was missed.
 *
 * <p>It judges only while it can see: armed once the service has read all heartbeats and results
 * that there are and a worker is alive. Silence, and the running clock of the deadlines, count from
 * then on, so neither a restart nor an hour without Kafka makes anything silent or overdue.
 */
public final class Watchdog implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Watchdog.class);
    private static final int SWEEP_EVERY_TICKS = 5;

    private final Operations operations;
    private final WatchdogRows rows;
    private final Transactions transactions;
    private final Owner owner;
    private final BooleanSupplier caughtUp;
    private final Settings settings;
    private final Fleet fleet = new Fleet();
    private final Map<Road, Integer> slots = new HashMap<>();
    private final Map<UUID, Outstanding> outstanding = new HashMap<>();
    private final Map<UUID, Heartbeat.Running> progress = new HashMap<>();
    private final Set<UUID> suspects = new HashSet<>();
    private final AtomicLong sweptUp = new AtomicLong();
    private final AtomicLong sentAgain = new AtomicLong();
    private final ScheduledExecutorService timer;
    private long armedSince;
    private boolean armed;
    private long ticks;

    /**
     * How patient the watchdog is.
     *
     * @param silence after which a command counts as lost
     * @param settling how long a cancelled operation may wait for its settling before it ends for
     *     the user
     */
    public record Settings(Duration silence, Duration settling) {
        /** Ten seconds each: ten heartbeats. */
        public static final Settings DEFAULT =
                new Settings(Duration.ofSeconds(10), Duration.ofSeconds(10));
    }

    /** A command that is out, since when this process knows. */
    private record Outstanding(int attempt, long since) {}

    /**
     * A watchdog, not yet started.
     *
     * @param caughtUp whether the service has read every heartbeat and result that there is
     */
    public Watchdog(
            Jdbi jdbi,
            Operations operations,
            Transactions transactions,
            Owner owner,
            BooleanSupplier caughtUp,
            Settings settings) {
        this.operations = operations;
        this.rows = new WatchdogRows(jdbi);
        this.transactions = transactions;
        this.owner = owner;
        this.caughtUp = caughtUp;
        this.settings = settings;
        this.timer =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().name(owner + "-watchdog").daemon().factory());
    }

    /** Starts to look once a second. */
    public void start() {
        var _ = timer.scheduleWithFixedDelay(this::tickSafely, 1, 1, TimeUnit.SECONDS);
    }

    /** Takes note of a worker's sign of life. */
    public void heard(Heartbeat heartbeat) {
        fleet.heard(heartbeat, System.nanoTime());
    }

    /**
     * How many operations the sweeper found that nobody had sent on: more than none is a defect.
     */
    public long sweptUp() {
        return sweptUp.get();
    }

    /** How many commands were sent again. */
    public long sentAgain() {
        return sentAgain.get();
    }

    @Override
    public void close() {
        timer.shutdownNow();
        try {
            var _ = timer.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tickSafely() {
        try {
            tick(System.nanoTime());
        } catch (RuntimeException e) {
            LOG.warnf("%s watchdog: %s; trying again", owner, e.getMessage());
        }
    }

    private void tick(long now) {
        ticks++;
        resizeLanes(now);
        recordProgress();
        endUnsettled();
        arm(now);
        if (armed) {
            sendSilentAgain(now);
            endOverdue();
        }
        if (ticks % SWEEP_EVERY_TICKS == 0) {
            sweep();
            fleet.forget(now, settings.silence().multipliedBy(10));
        }
    }

    private void arm(long now) {
        var sees = caughtUp.getAsBoolean() && fleet.anyFresh(now);
        if (sees && !armed) {
            armedSince = now;
        }
        armed = sees;
    }

    private void resizeLanes(long now) {
        fleet.slots(now)
                .forEach(
                        (road, total) -> {
                            if (!total.equals(slots.get(road))) {
                                transactions.run(
                                        () -> operations.resize(road.group(), road.lane(), total));
                                slots.put(road, total);
                            }
                        });
    }

    private void recordProgress() {
        for (var operation : rows.inFlight()) {
            var mention = fleet.mention(operation.id());
            if (mention != null
                    && mention.running().owner() == owner
                    && mention.running().attempt() == operation.attempt()
                    && !mention.running().equals(progress.get(operation.id()))) {
                transactions.run(() -> rows.progress(mention.running(), mention.worker()));
                progress.put(operation.id(), mention.running());
            }
        }
    }

    private void sendSilentAgain(long now) {
        var inFlight = rows.inFlight();
        outstanding.keySet().retainAll(inFlight.stream().map(InFlight::id).toList());
        progress.keySet().retainAll(outstanding.keySet());
        for (var operation : inFlight) {
            var known =
                    outstanding.compute(
                            operation.id(),
                            (_, before) ->
                                    before != null && before.attempt() == operation.attempt()
                                            ? before
                                            : new Outstanding(operation.attempt(), now));
            if (silent(operation, known, now)) {
                sendAgain(operation);
            }
        }
    }

    private boolean silent(InFlight operation, Outstanding known, long now) {
        var since = later(known.since(), armedSince);
        var mention = fleet.mention(operation.id());
        if (mention != null && mention.running().attempt() == operation.attempt()) {
            return fleet.died(mention) || older(later(since, mention.at()), now);
        }
        var freeSince = fleet.freeSince(new Road(operation.group(), operation.lane()), now);
        return freeSince != null && older(later(since, freeSince), now);
    }

    private boolean older(long since, long now) {
        return now - since > settings.silence().toNanos();
    }

    private static long later(long a, long b) {
        return a - b > 0 ? a : b;
    }

    private void sendAgain(InFlight operation) {
        LOG.infof(
                "no worker speaks of operation %s, attempt %d: sending it again",
                operation.id(), operation.attempt());
        transactions.run(() -> operations.sendAgain(operation.id(), operation.attempt()));
        sentAgain.incrementAndGet();
    }

    private void endOverdue() {
        for (var overdue : transactions.call(() -> rows.advanceClock(1))) {
            transactions.run(() -> operations.overdue(overdue.id(), overdue.deadline()));
        }
    }

    private void endUnsettled() {
        for (var id : rows.cancellingLongerThan(settings.settling())) {
            transactions.run(() -> operations.endUnsettled(id));
        }
    }

    /**
     * An operation seen twice in a row, where it should not be, was missed; once may be a glimpse
     * of work under way.
     */
    private void sweep() {
        var found = new HashSet<>(rows.firstInLine());
        for (var id : List.copyOf(found)) {
            if (suspects.contains(id) && transactions.call(() -> operations.sweepWaiting(id))) {
                missed(1);
            }
        }
        suspects.clear();
        suspects.addAll(found);
        for (var road : rows.readyRoads()) {
            missed(transactions.call(() -> operations.sweepReady(road.group(), road.lane())));
        }
    }

    private void missed(int count) {
        if (count > 0) {
            sweptUp.addAndGet(count);
            LOG.warnf("%s watchdog: %d operations should have gone and had not", owner, count);
        }
    }

    /** A command that is out. */
    record InFlight(UUID id, int attempt, String group, Lane lane) {}

    /** An operation past its deadline. */
    record Overdue(UUID id, long deadline) {}
}
