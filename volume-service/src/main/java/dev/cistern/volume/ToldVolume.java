package dev.cistern.volume;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A volume as it is to be told of in its next public event. Sizes in bytes.
 *
 * @param pool the pool's name
 * @param sequence the event's number
 */
public record ToldVolume(
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
    /** A row of {@code volume} with the name of its pool as {@code pool_name}. */
    public static ToldVolume read(ResultSet row) throws SQLException {
        return new ToldVolume(
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
