package dev.cistern.volume;

import dev.cistern.common.operation.Operation;
import dev.cistern.common.outbox.Outbox;
import dev.cistern.common.outbox.PublicEvent;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Tells the world of leftovers, in the transaction in which it happens. Each has two events at
 * most: it was found, and what came of it.
 */
public final class OrphanEvents {
    private static final String SOURCE = "/v1/volumes/orphans";
    private static final String FOUND = "found";

    private final Outbox outbox;
    private final PoolViews pools;

    /** Events through this outbox. */
    public OrphanEvents(Outbox outbox, PoolViews pools) {
        this.outbox = outbox;
        this.pools = pools;
    }

    /** What an orphan's event carries; published as schema {@code orphan.v1}. Sizes in bytes. */
    record Data(
            String tenant,
            UUID orphanId,
            UUID poolId,
            String pool,
            String path,
            long size,
            long allocation,
            @Nullable UUID volumeId,
            UUID operation,
            String actor,
            Instant time) {}

    /** It was found. */
    public void found(Leftovers.Row row, Operation scan) {
        publish(FOUND, row, null, scan);
    }

    /**
     * Something came of it.
     *
     * @param verb {@code adopted}, {@code purged} or {@code gone}
     * @param volume that it has become, or null
     */
    public void ended(String verb, Leftovers.Row row, @Nullable UUID volume, Operation operation) {
        publish(verb, row, volume, operation);
    }

    private void publish(
            String verb, Leftovers.Row row, @Nullable UUID volume, Operation operation) {
        var pool = pools.get(row.pool());
        var data =
                new Data(
                        pool.tenant(),
                        row.id(),
                        pool.id(),
                        pool.name(),
                        row.leftover().path(),
                        row.leftover().size(),
                        row.leftover().allocation(),
                        volume,
                        operation.id(),
                        operation.actor(),
                        Instant.now());
        outbox.send(
                new PublicEvent(
                                "orphan." + verb + ".v1",
                                SOURCE,
                                row.id(),
                                FOUND.equals(verb) ? 1 : 2,
                                operation.traceparent(),
                                data)
                        .message());
    }
}
