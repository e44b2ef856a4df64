package dev.cistern.volume.work;

import dev.cistern.volume.Ledger;
import dev.cistern.volume.PoolViews;
import dev.cistern.volume.VolumeEvents;
import dev.cistern.volume.VolumeEvents.News;
import dev.cistern.volume.VolumeState;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;

/** Lets go of the volumes of a pool that is undefined; their files stay where they are. */
final class Forgetting {
    private final Jdbi jdbi;
    private final PoolViews pools;
    private final Ledger ledger;
    private final VolumeEvents events;

    Forgetting(Jdbi jdbi, PoolViews pools, Ledger ledger, VolumeEvents events) {
        this.jdbi = jdbi;
        this.pools = pools;
        this.ledger = ledger;
        this.events = events;
    }

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
     * Ends the records of a pool on which nothing runs any more, and of its volumes.
     *
     * @param operation of pool-service, on whose behalf
     */
    void forget(UUID pool, UUID operation) {
        events.forgotten(end(pool), operation);
        ledger.releaseAll(pool);
        pools.forgotten(pool);
    }

    private List<News> end(UUID pool) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "with known as (select id, state from volume where pool = :pool"
                                                + " and state <> 'DELETED' order by id for update)"
                                                + " update volume v set state = 'DELETED', missing = false, drifted = false,"
                                                + " changed = nextval('change_sequence'), updated_at = now()"
                                                + " from known where v.id = known.id returning v.id, known.state")
                                .bind("pool", pool)
                                .map(
                                        (row, _) ->
                                                new News(
                                                        row.getObject("id", UUID.class),
                                                        VolumeState.valueOf(
                                                                row.getString("state"))))
                                .list());
    }
}
