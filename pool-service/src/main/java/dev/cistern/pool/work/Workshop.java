package dev.cistern.pool.work;

import dev.cistern.common.message.Control;
import dev.cistern.common.message.InternalEvent;
import dev.cistern.common.message.PoolPlace;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.operation.Turn;
import dev.cistern.common.outbox.Outbox;
import dev.cistern.common.outbox.OutboxMessage;
import dev.cistern.common.problem.Problem;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.pool.Installation;
import dev.cistern.pool.Pool;
import dev.cistern.pool.PoolDefinition;
import dev.cistern.pool.PoolEvents;
import dev.cistern.pool.PoolState;
import dev.cistern.pool.Pools;
import java.util.Objects;
import java.util.Optional;

/** What the verbs work with. */
public record Workshop(Pools pools, Installation installation, Outbox outbox, PoolEvents events) {

    Pool pool(Operation operation) {
        return pools.of(operation.pool());
    }

    PoolPlace place(Pool pool) {
        return pool.place(installation.id());
    }

    void tell(InternalEvent event) {
        outbox.send(OutboxMessage.internal(event));
    }

    /** Workers other than the one that was commanded may have the pool mounted. */
    void haveAllLeave(Pool pool) {
        var place = place(pool);
        if (place.mount() != null) {
            outbox.send(OutboxMessage.control(new Control.LeavePool(place)));
        }
    }

    void publish(String verb, Pool pool, PoolState before, Operation operation) {
        events.publish(verb, pool, before, operation);
    }

    /** The folder is not there or not ours, which is news unless it was known. */
    void inaccessible(Pool pool, Operation operation) {
        var before = pool.state();
        if (before != PoolState.INACCESSIBLE) {
            pool.inaccessible();
            publish("inaccessible", pool, before, operation);
        }
    }

    /** Whether a failure says that the folder is not there or not ours. */
    static boolean tellsOfFolder(Problem problem) {
        return problem.code() == ProblemCode.POOL_INACCESSIBLE
                || problem.code() == ProblemCode.POOL_FOREIGN;
    }

    /** Tells volume-service that the pool takes work, in its present epoch. */
    void announceOpen(Pool pool, Operation operation) {
        tell(
                new InternalEvent.PoolOpened(
                        pool.id(),
                        operation.id(),
                        pool.name(),
                        pool.tenant(),
                        Objects.requireNonNull(pool.group()),
                        place(pool),
                        pool.figures(),
                        pool.allowed()));
    }

    /** A closing that comes to nothing: an active pool takes work again. */
    void reopen(Pool pool, Operation operation) {
        if (pool.state().active() && !pool.opened()) {
            pool.reopened();
            announceOpen(pool, operation);
        }
    }

    /** Tells volume-service that the pool takes no more work. */
    void announceClosing(Pool pool, Operation operation) {
        tell(new InternalEvent.PoolClosing(pool.id(), operation.id(), pool.closing()));
    }

    /** Stock is taken: the pool runs, or what was in the way is the reason why not. */
    Turn inventoried(Operation operation, InternalEvent.PoolInventoried stock, String verb) {
        var problem = stock.problem();
        if (problem != null) {
            return new Turn.Fail(problem);
        }
        var pool = pool(operation);
        var before = pool.state();
        pool.running(stock.figures());
        publish(verb, pool, before, operation);
        if (pool.becomesLow()) {
            publish("lowspace", pool, pool.state(), operation);
        }
        return new Turn.Finish(Stock.of(stock));
    }

    static Optional<Problem> unlessInactive(Pool pool) {
        return pool.state() == PoolState.INACTIVE || pool.state() == PoolState.BUILDING
                ? Optional.empty()
                : Optional.of(
                        Problem.of(
                                ProblemCode.POOL_NOT_INACTIVE,
                                "pool '%s' is %s; stop it first"
                                        .formatted(pool.name(), pool.state().text())));
    }

    static Optional<Problem> unlessActive(Pool pool) {
        return pool.state().active()
                ? Optional.empty()
                : Optional.of(
                        Problem.of(
                                ProblemCode.POOL_NOT_RUNNING,
                                "pool '%s' is %s; start it first"
                                        .formatted(pool.name(), pool.state().text())));
    }

    static Optional<Problem> unlessUsable(Pool pool) {
        return PoolDefinition.USABLE.contains(pool.type())
                ? Optional.empty()
                : Optional.of(
                        Problem.of(
                                ProblemCode.UNSUPPORTED,
                                "pool '%s' is of type %s, which is kept but cannot be used; only %s can"
                                        .formatted(
                                                pool.name(),
                                                pool.type(),
                                                PoolDefinition.USABLE.stream().sorted().toList())));
    }
}
