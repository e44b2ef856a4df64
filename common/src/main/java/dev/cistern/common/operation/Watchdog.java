package dev.cistern.common.operation;

import dev.cistern.common.message.Heartbeat;
import dev.cistern.common.message.Lane;
import dev.cistern.common.message.Owner;
import dev.cistern.common.operation.Fleet.Mention;
import dev.cistern.common.operation.Fleet.Road;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that every operation ends: sends again what no heartbeat mentions, ends what is
 * overdue, and sweeps up what was missed.
 *
 * <p>It judges only while it can see: armed once the service has read all heartbeats and results
 * that there are and a worker is alive. Silence, and the running clock of the deadlines, count from
 * then on, so neither a restart nor an hour without Kafka or the database makes anything silent or
 * overdue. What cannot be done about one operation does not keep it from the others.
 */
public final class Watchdog implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Watchdog.class);
    private static final int SWEEP_EVERY_TICKS = 5;

    /** After a longer break between two looks, nobody knows what was missed in between. */
    private static final Duration LONGEST_BREAK = Duration.ofSeconds(5);

    private final Operations operations;
    private final WatchdogRows rows;
    private final Transactions transactions;
    private final Owner owner;
    private final BooleanSupplier caughtUp;
    private final Settings settings;
    private final Fleet fleet = new Fleet();
    private final Map<Road, Integer> slots = new HashMap<>();
    private final Map<UUID, Outstanding> outstanding = new HashMap<>();
    private final ProgressNotes notes = new ProgressNotes();
    private final Set<UUID> suspects = new HashSet<>();
    private final AtomicLong sweptUp = new AtomicLong();
    private final AtomicLong sentAgain = new AtomicLong();
    private final ScheduledExecutorService timer;
    private long armedSince;
    private long lookedAt;
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
        heard(heartbeat, System.nanoTime());
    }

    void heard(Heartbeat heartbeat, long now) {
        fleet.heard(heartbeat, now);
    }

    /** Whether it looks. */
    public boolean alive() {
        return !timer.isShutdown();
    }

    /** Whether a worker of this group was heard of in the last seconds. */
    public boolean hears(String group) {
        return fleet.hears(group, System.nanoTime());
    }

    /** Where a client has its part in an operation, if a worker has said so in the last seconds. */
    public Optional<String> url(UUID operation) {
        return fleet.url(operation, System.nanoTime());
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

    /** Looks once; {@code now} is {@link System#nanoTime}. */
    void tick(long now) {
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
            slots.clear();
        }
    }

    private void arm(long now) {
        var sees = sees(now);
        if (sees && (!armed || now - lookedAt > LONGEST_BREAK.toNanos())) {
            armedSince = now;
        }
        armed = sees;
        lookedAt = now;
    }

    private boolean sees(long now) {
        try {
            return fleet.anyFresh(now) && caughtUp.getAsBoolean();
        } catch (RuntimeException e) {
            LOG.debugf(e, "%s watchdog: cannot tell whether all is read", owner);
            return false;
        }
    }

    private void resizeLanes(long now) {
        fleet.slots(now)
                .forEach(
                        (road, total) -> {
                            if (!total.equals(slots.get(road))) {
                                transactions.run(() -> operations.resize(road, total));
                                slots.put(road, total);
                            }
                        });
    }

    private void recordProgress() {
        for (var operation : rows.inFlight()) {
            var mention = mention(operation);
            if (mention == null || mention.running().owner() != owner) {
                continue;
            }
            var note = notes.news(operation.id(), mention);
            if (note != null) {
                transactions.run(() -> rows.progress(note, mention.worker()));
                notes.written(operation.id(), note);
            }
        }
    }

    /** What was last said of the command that is out, in whichever of its attempts. */
    private @Nullable Mention mention(InFlight operation) {
        var mention = fleet.mention(operation.id());
        return mention != null && mention.running().attempt() > operation.attemptsBefore()
                ? mention
                : null;
    }

    private void sendSilentAgain(long now) {
        var inFlight = rows.inFlight();
        outstanding.keySet().retainAll(inFlight.stream().map(InFlight::id).toList());
        notes.keep(outstanding.keySet());
        for (var operation : inFlight) {
            var known =
                    outstanding.compute(
                            operation.id(),
                            (_, before) ->
                                    before != null && before.attempt() == operation.attempt()
                                            ? before
                                            : new Outstanding(operation.attempt(), now));
            if (silent(operation, known, now)) {
                alone(operation.id(), () -> sendAgain(operation));
            }
        }
    }

    /**
     * One that is spoken of is silent when that stops. One that is not may still be on the road,
     * for as long as its group has no free slot.
     */
    private boolean silent(InFlight operation, Outstanding known, long now) {
        var since = later(known.since(), armedSince);
        var mention = mention(operation);
        if (mention != null) {
            since = later(since, mention.at());
            if (mention.running().attempt() == operation.attempt()) {
                return fleet.died(mention) || older(since, now);
            }
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
        if (transactions.call(() -> operations.sendAgain(operation.id(), operation.attempt()))) {
            sentAgain.incrementAndGet();
            LOG.infof(
                    "no worker speaks of operation %s, attempt %d: sent again",
                    operation.id(), operation.attempt());
        }
    }

    private void endOverdue() {
        for (var overdue : transactions.call(() -> rows.advanceClock())) {
            alone(
                    overdue.id(),
                    () ->
                            transactions.run(
                                    () -> operations.overdue(overdue.id(), overdue.deadline())));
        }
    }

    private void endUnsettled() {
        for (var id : rows.cancellingLongerThan(settings.settling())) {
            alone(id, () -> transactions.run(() -> operations.endUnsettled(id)));
        }
    }

    /**
     * An operation seen twice in a row, where it should not be, was missed; once may be a glimpse
     * of work under way.
     */
    private void sweep() {
        var found = new HashSet<>(rows.firstInLine());
        for (var id : found) {
            if (suspects.contains(id)) {
                alone(
                        id,
                        () -> missed(transactions.call(() -> operations.sweepWaiting(id)) ? 1 : 0));
            }
        }
        suspects.clear();
        suspects.addAll(found);
        for (var road : rows.readyRoads()) {
            missed(transactions.call(() -> operations.sweepReady(road)));
        }
    }

    /** Does something about one operation; a failure is its own, unless the database is away. */
    private void alone(UUID operation, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            if (DatabaseFault.unavailable(e)) {
                throw e;
            }
            LOG.warnf("%s watchdog, operation %s: %s", owner, operation, e.getMessage());
        }
    }

    private void missed(int count) {
        if (count > 0) {
            sweptUp.addAndGet(count);
            LOG.warnf("%s watchdog: %d operations should have gone and had not", owner, count);
        }
    }

    /**
     * A command that is out.
     *
     * @param attemptsBefore attempts that were other commands of the operation
     */
    record InFlight(UUID id, int attempt, int attemptsBefore, String group, Lane lane) {}

    /** An operation past its deadline. */
    record Overdue(UUID id, long deadline) {}
}
