package dev.cistern.common.message;

import java.time.Instant;
import java.util.UUID;

/**
 * Something in Cistern's own folder of a pool that a scan has come across; whether anybody still
 * wants it, the services know.
 *
 * @param name in its room
 * @param owner the operation or volume that its name tells
 * @param size length in bytes; of a folder, that of the files in it
 * @param allocation bytes that the host spends
 * @param inode its number, which tells it from a later one of that name
 * @param modified mtime
 */
public record Leftover(
        Room room,
        String name,
        UUID owner,
        long size,
        long allocation,
        long inode,
        Instant modified) {

    /** Where in Cistern's folder. */
    public enum Room {
        /** A folder in which an operation makes files. */
        STAGING,
        /** A file that an operation has put aside to remove it. */
        TRASH,
        /** The file of a volume that can be restored. */
        KEPT
    }

    /** Where it is, from the pool's folder on. */
    public String path() {
        return switch (room) {
            case STAGING -> ".cistern/staging/" + name;
            case TRASH, KEPT -> ".cistern/trash/" + name;
        };
    }
}
