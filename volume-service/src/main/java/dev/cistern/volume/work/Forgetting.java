package dev.cistern.volume.work;

import dev.cistern.common.outbox.Outbox;
import dev.cistern.common.outbox.PublicEvent;
import dev.cistern.volume.Ledger;
import dev.cistern.volume.Volumes;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;

/** Lets go of the volumes of a pool that is undefined; their files stay where they are. */
final class Forgetting {
    private final Jdbi jdbi;
    private final Volumes volumes;
    private final Ledger ledger;
    private final Outbox outbox;

    Forgetting(Jdbi jdbi, Volumes volumes, Ledger ledger, Outbox outbox) {
        this.jdbi = jdbi;
        this.volumes = volumes;
        this.ledger = ledger;
        this.outbox = outbox;
    }

    /** What the event of a forgotten volume carries. */
    record Data(
            String tenant,
            UUID volumeId,
            UUID poolId,
            String pool,
            String name,
            String format,
            long capacity,
            long allocation,
            String oldState,
            String newState,
            UUID operation,
            String actor,
            Instant time) {}

    /** How many volumes of the pool have files. */
    long count(UUID pool) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "select count(*) from volume where pool = :pool"
                                                + " and state in ('CREATING', 'AVAILABLE', 'DELETING')")
                                .bind("pool", pool)
                                .mapTo(Long.class)
                                .one());
    }

    /**
     * Ends the records of the pool's volumes.
     *
     * @param operation of pool-service, on whose behalf
     */
    void forget(UUID pool, UUID operation) {
        List<UUID> forgotten =
                jdbi.withHandle(
                        handle ->
                                handle.createQuery(
                                                "update volume set state = 'DELETED', changed = nextval('change_sequence'),"
                                                        + " updated_at = now() where id in (select id from volume where pool = :pool"
                                                        + " and state in ('AVAILABLE', 'ERROR') order by id for update)"
                                                        + " returning id")
                                        .bind("pool", pool)
                                        .mapTo(UUID.class)
                                        .list());
        forgotten.forEach(id -> publish(id, operation));
        ledger.release(pool, ledger.reserved(pool));
    }

    private void publish(UUID id, UUID operation) {
        var volume = volumes.get(id);
        var data =
                new Data(
                        volume.tenant(),
                        id,
                        volume.poolId(),
                        volume.pool(),
                        volume.name(),
                        volume.format(),
                        volume.capacity(),
                        volume.allocation(),
                        "available",
                        volume.state().text(),
                        operation,
                        "cistern",
                        Instant.now());
        outbox.send(
                new PublicEvent(
                                "volume.forgotten.v1",
                                "/v1/volumes",
                                id,
                                volumes.nextEvent(id),
                                null,
                                data)
                        .message());
    }
}
