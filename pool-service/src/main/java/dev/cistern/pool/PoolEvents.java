package dev.cistern.pool;

import dev.cistern.common.operation.Operation;
import dev.cistern.common.outbox.Outbox;
import dev.cistern.common.outbox.PublicEvent;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Tells the world what happened to pools, in the transaction in which it happens. */
public final class PoolEvents {
    private static final String SOURCE = "/v1/pools";

    private final Outbox outbox;

    /** Events through this outbox. */
    public PoolEvents(Outbox outbox) {
        this.outbox = outbox;
    }

    /**
     * What a pool event carries; published as schema {@code pool.v1}. Sizes in bytes.
     *
     * @param oldState null for a pool that was not there before
     */
    record Data(
            String tenant,
            UUID poolId,
            String name,
            String type,
            String path,
            @Nullable String node,
            @Nullable String oldState,
            String newState,
            long capacity,
            long allocation,
            long available,
            long epoch,
            @Nullable UUID operation,
            String actor,
            Instant time) {}

    /**
     * Publishes a change that a user made at once.
     *
     * @param verb past tense, for example {@code defined}
     */
    public void publish(
            String verb,
            Pool pool,
            @Nullable PoolState before,
            String actor,
            @Nullable String traceparent) {
        publish(verb, pool, before, null, actor, traceparent);
    }

    /** Publishes a change that an operation made. */
    public void publish(String verb, Pool pool, PoolState before, Operation operation) {
        publish(verb, pool, before, operation.id(), operation.actor(), operation.traceparent());
    }

    private void publish(
            String verb,
            Pool pool,
            @Nullable PoolState before,
            @Nullable UUID operation,
            String actor,
            @Nullable String traceparent) {
        var figures = pool.figures();
        var data =
                new Data(
                        pool.tenant(),
                        pool.id(),
                        pool.name(),
                        pool.type(),
                        pool.path(),
                        pool.group(),
                        before == null ? null : before.text(),
                        pool.state().text(),
                        figures.capacity(),
                        figures.allocation(),
                        figures.available(),
                        pool.epoch(),
                        operation,
                        actor,
                        Instant.now());
        outbox.send(
                new PublicEvent(
                                "pool." + verb + ".v1",
                                SOURCE,
                                pool.id(),
                                pool.nextEvent(),
                                traceparent,
                                data)
                        .message());
    }
}
