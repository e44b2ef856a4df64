package dev.cistern.volume;

import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * A volume whose image has just been published.
 *
 * @param volume as it is now, its next public event numbered
 * @param path of its file
 * @param before its state before
 * @param asked capacity before, in bytes
 */
public record Newborn(ToldVolume volume, String path, VolumeState before, long asked) {
    static Newborn read(ResultSet row) throws SQLException {
        var volume = ToldVolume.read(row);
        return new Newborn(
                volume,
                row.getString("pool_path") + "/" + volume.name(),
                VolumeState.valueOf(row.getString("state_before")),
                row.getLong("capacity_before"));
    }

    /** Capacity that is promised to it already, in bytes. */
    public long promised() {
        return before == VolumeState.CREATING ? asked : 0;
    }
}
