package dev.cistern.volume;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;

/** The volumes as public events tell of them, and the numbers of those events. */
final class ToldVolumes {
    private final Jdbi jdbi;

    ToldVolumes(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** Numbers the next public event of each of these volumes; by id. */
    Map<UUID, ToldVolume> next(Collection<UUID> ids) {
        var all = new HashMap<UUID, ToldVolume>();
        jdbi.useHandle(
                handle ->
                        handle.createQuery(
                                        "with v as (update volume set event_sequence = event_sequence + 1"
                                                + " where id = any(:ids) returning *)"
                                                + " select v.*, p.name as pool_name from v"
                                                + VolumeQuery.POOL)
                                .bind("ids", ids.toArray(UUID[]::new))
                                .map((row, _) -> ToldVolume.read(row))
                                .forEach(told -> all.put(told.id(), told)));
        return all;
    }
}
