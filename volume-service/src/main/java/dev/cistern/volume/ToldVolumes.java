package dev.cistern.volume;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** The volumes as public events tell of them, and the numbers of those events. */
final class ToldVolumes {
    private final Jdbi jdbi;

    ToldVolumes(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * A volume as it is to be told of in its next public event. Sizes in bytes.
     *
     * @param pool the pool's name
     * @param sequence the event's number
     */
    record Told(
            UUID id,
            UUID poolId,
            String pool,
            String tenant,
            String name,
            String format,
            long capacity,
            long allocation,
            @Nullable String backingFile,
            VolumeState state,
            Map<String, String> labels,
            long sequence) {
        private static Told read(ResultSet row) throws SQLException {
            return new Told(
                    row.getObject("id", UUID.class),
                    row.getObject("pool", UUID.class),
                    row.getString("pool_name"),
                    row.getString("tenant"),
                    row.getString("name"),
                    row.getString("format"),
                    row.getLong("capacity"),
                    row.getLong("allocation"),
                    row.getString("backing_file"),
                    VolumeState.valueOf(row.getString("state")),
                    VolumeQuery.labels(row.getString("labels")),
                    row.getLong("event_sequence"));
        }
    }

    /** Numbers the next public event of each of these volumes; by id. */
    Map<UUID, Told> next(Collection<UUID> ids) {
        var all = new HashMap<UUID, Told>();
        jdbi.useHandle(
                handle ->
                        handle.createQuery(
                                        "with v as (update volume set event_sequence = event_sequence + 1"
                                                + " where id = any(:ids) returning *)"
                                                + " select v.*, p.name as pool_name from v"
                                                + VolumeQuery.POOL)
                                .bind("ids", ids.toArray(UUID[]::new))
                                .map((row, _) -> Told.read(row))
                                .forEach(told -> all.put(told.id(), told)));
        return all;
    }
}
