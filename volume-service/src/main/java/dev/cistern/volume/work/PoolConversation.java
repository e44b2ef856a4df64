package dev.cistern.volume.work;

import dev.cistern.common.message.InternalEvent;
import dev.cistern.common.message.InternalEvent.PoolClosed;
import dev.cistern.common.message.InternalEvent.PoolForgotten;
import dev.cistern.common.message.InternalEvent.PoolInventoried;
import dev.cistern.common.message.Lane;
import dev.cistern.common.message.PoolFigures;
import dev.cistern.common.operation.NewOperation;
import dev.cistern.common.operation.NewOperation.Requester;
import dev.cistern.common.operation.Operations;
import dev.cistern.common.problem.Problem;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.volume.PoolView;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;

/** volume-service's part in the conversation about pools. */
final class PoolConversation {
    private static final Duration SCAN_DEADLINE = Duration.ofHours(1);

    private final Jdbi jdbi;
    private final Workshop workshop;
    private final Forgetting forgetting;
    private final Operations operations;

    PoolConversation(Jdbi jdbi, Workshop workshop, Forgetting forgetting, Operations operations) {
        this.jdbi = jdbi;
        this.workshop = workshop;
        this.forgetting = forgetting;
        this.operations = operations;
    }

    /** Takes in what was said; in the transaction of its delivery. */
    void hear(InternalEvent event) {
        switch (event) {
            case InternalEvent.PoolOpened opened -> {
                if (workshop.pools().opened(opened)) {
                    takeStock(opened.poolId(), opened.operation(), false);
                }
            }
            case InternalEvent.PoolRefreshRequested(var pool, var operation, var patient) ->
                    takeStock(pool, operation, patient);
            case InternalEvent.PoolClosing closing -> close(closing);
            case InternalEvent.PoolForgetting(var pool, var operation, var keepFiles) ->
                    forget(pool, operation, keepFiles);
            case PoolInventoried _,
                    PoolClosed _,
                    PoolForgotten _,
                    InternalEvent.PoolUnreachable _ -> {}
        }
    }

    private void takeStock(UUID id, UUID answers, boolean patient) {
        var pool = workshop.pools().find(id);
        if (pool.isEmpty() || pool.get().state() != PoolView.State.OPEN) {
            workshop.tell(notOpen(id, answers));
            return;
        }
        operations.accept(scan(pool.get(), new ScanPool.Request(answers, nextChange(), patient)));
    }

    private static PoolInventoried notOpen(UUID pool, UUID answers) {
        return new PoolInventoried(
                pool,
                answers,
                PoolFigures.UNKNOWN,
                0,
                0,
                0,
                0,
                Problem.of(
                        ProblemCode.POOL_NOT_RUNNING,
                        "the pool is being stopped, or was not started"));
    }

    private long nextChange() {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery("select nextval('change_sequence')")
                                .mapTo(Long.class)
                                .one());
    }

    private static NewOperation scan(PoolView pool, ScanPool.Request request) {
        return new NewOperation(
                ScanPool.KIND,
                "pool",
                pool.id(),
                pool.name(),
                pool.id(),
                new Requester(pool.tenant(), Requester.SYSTEM.actor(), null),
                pool.group(),
                Lane.METADATA,
                List.of(),
                request,
                Set.of(),
                SCAN_DEADLINE);
    }

    private void close(InternalEvent.PoolClosing closing) {
        if (workshop.pools().lock(closing.poolId()).isEmpty()) {
            workshop.tell(new PoolClosed(closing.poolId(), closing.operation(), closing.epoch()));
        } else if (workshop.pools()
                .closing(closing.poolId(), closing.operation(), closing.epoch())) {
            closeIdle();
        }
    }

    /** Answers for pools on which nothing runs any more. */
    void closeIdle() {
        workshop.pools()
                .closeIdle()
                .forEach(
                        pool ->
                                workshop.tell(
                                        new PoolClosed(
                                                pool.pool(), pool.operation(), pool.epoch())));
    }

    private void forget(UUID pool, UUID operation, boolean keepFiles) {
        var volumes = forgetting.count(pool);
        var done = volumes == 0 || keepFiles;
        if (done) {
            forgetting.forget(pool, operation);
        }
        workshop.tell(new PoolForgotten(pool, operation, done, volumes));
    }
}
