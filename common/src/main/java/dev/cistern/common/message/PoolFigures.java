package dev.cistern.common.message;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * What is seen of a pool: libvirt's three numbers, in bytes, and whose its folder is.
 *
 * @param capacity size of the file system
 * @param allocation bytes in use on it, by whatever
 * @param available bytes free for an ordinary user
 * @param folder owner and mode of the folder; null if nobody has looked
 */
public record PoolFigures(
        long capacity,
        long allocation,
        long available,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Permissions folder) {
    /** A pool that no worker has looked at. */
    public static final PoolFigures UNKNOWN = new PoolFigures(0, 0, 0);

    /** The numbers alone. */
    public PoolFigures(long capacity, long allocation, long available) {
        this(capacity, allocation, available, null);
    }
}
