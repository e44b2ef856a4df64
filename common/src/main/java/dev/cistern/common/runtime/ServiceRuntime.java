package dev.cistern.common.runtime;

import dev.cistern.common.inbox.Deliveries;
import dev.cistern.common.message.Owner;
import dev.cistern.common.operation.Admission;
import dev.cistern.common.operation.BulkLimits;
import dev.cistern.common.operation.Ends;
import dev.cistern.common.operation.History;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.operation.OperationQuery;
import dev.cistern.common.operation.OperationState;
import dev.cistern.common.operation.Operations;
import dev.cistern.common.operation.Representations;
import dev.cistern.common.operation.UseCase;
import dev.cistern.common.operation.Watchdog;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;

/** The operations of one service, watched over from start to stop. */
public final class ServiceRuntime implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(ServiceRuntime.class);

    /** Longer than any topic keeps messages by default. */
    private static final Duration INBOX_MEMORY = Duration.ofDays(14);

    private final Foundation foundation;
    private final Ends ends;
    private final Admission admission;
    private final Operations operations;
    private final Watchdog watchdog;
    private final History history;
    private final History.Retention retention;
    private final ScheduledExecutorService timer;

    /**
     * What is a service's own.
     *
     * @param resourceTable table of what operations can claim, with a column {@code id}
     * @param useCases one for each kind of operation
     * @param representations of what operations can claim
     * @param limits of what may wait
     * @param bulk limits of what may move bytes at once
     * @param retention of what has ended
     * @param caughtUp whether every heartbeat and result that there is has been read
     */
    public record Business(
            Owner owner,
            String resourceTable,
            Collection<? extends UseCase> useCases,
            Representations representations,
            Admission.Limits limits,
            BulkLimits bulk,
            History.Retention retention,
            BooleanSupplier caughtUp) {}

    /** Puts a service's business on its foundation; nothing runs before {@link #start}. */
    public ServiceRuntime(Foundation foundation, Business business) {
        this.foundation = foundation;
        ends = new Ends(foundation.synchronizations());
        admission = new Admission(foundation.jdbi(), ends, business.limits());
        operations =
                new Operations(
                        foundation.jdbi(),
                        foundation.synchronizations(),
                        business.owner(),
                        business.resourceTable(),
                        foundation.outbox(),
                        business.useCases(),
                        ends::announce,
                        business.representations(),
                        business.bulk());
        history = new History(foundation.jdbi(), foundation.transactions());
        retention = business.retention();
        watchdog =
                new Watchdog(
                        foundation.jdbi(),
                        operations,
                        foundation.transactions(),
                        business.owner(),
                        business.caughtUp(),
                        Watchdog.Settings.DEFAULT);
        timer =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform()
                                .name(foundation.schema() + "-housekeeping")
                                .daemon()
                                .factory());
    }

    /** Starts relay, watchdog and housekeeping. */
    public void start() {
        foundation.start();
        watchdog.start();
        var _ = timer.scheduleWithFixedDelay(this::forgetOld, 1, 60, TimeUnit.MINUTES);
    }

    private void forgetOld() {
        try {
            foundation.transactions().call(() -> foundation.inbox().forgetOlderThan(INBOX_MEMORY));
            foundation
                    .transactions()
                    .call(() -> operations.keys().forgetOlderThan(retention.keys()));
            history.forgetEndedBefore(Instant.now().minus(retention.operations()));
        } catch (RuntimeException e) {
            LOG.warnf("%s: old rows stay for now: %s", foundation.schema(), e.getMessage());
        }
    }

    /** Stops what {@link #start} started. */
    @Override
    public void close() {
        timer.shutdownNow();
        watchdog.close();
        foundation.close();
    }

    /**
     * Deliveries of results to the operations. A batch locks all that it can reach before it
     * begins.
     *
     * @param name of the handler in the inbox
     */
    public Deliveries results(String name) {
        var results = new Results(operations, foundation.traces());
        return foundation.deliveries(name, results::expect, results);
    }

    /** What the service stands on. */
    public Foundation foundation() {
        return foundation;
    }

    /** Its operations. */
    public Operations operations() {
        return operations;
    }

    /** Asked before a request is accepted. */
    public Admission admission() {
        return admission;
    }

    /** Lists of its operations. */
    public OperationQuery query() {
        return new OperationQuery(foundation.jdbi());
    }

    /** Where the end of an operation is awaited. */
    public Ends ends() {
        return ends;
    }

    /**
     * What an operation is at, or waits for, in words; empty where its state says all. That no
     * worker is heard of is known some seconds after the start of this process.
     */
    public String stage(Operation operation) {
        return operation.state() == OperationState.QUEUED && !watchdog.hears(operation.group())
                ? "waiting for a worker: none of group '%s' is heard of"
                        .formatted(operation.group())
                : operation.stage();
    }

    /** Its watchdog. */
    public Watchdog watchdog() {
        return watchdog;
    }
}
