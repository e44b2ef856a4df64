package dev.cistern.volume;

import dev.cistern.common.message.PoolMount;
import dev.cistern.common.message.PoolPlace;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A pool as volume-service sees it.
 *
 * @param group worker group that reaches it
 * @param mount what workers mount on its folder, or null
 * @param scan the scan that told last which files are in it, since it was opened; null before that
 * @param capacity bytes of the file system
 * @param available bytes that were free on it at the last look
 * @param allowed bytes that the capacities of its volumes may sum up to
 * @param reflinks whether a clone has shown that files of the pool can share their blocks
 */
public record PoolView(
        UUID id,
        String name,
        String tenant,
        State state,
        long epoch,
        String group,
        UUID installation,
        String path,
        @Nullable PoolMount mount,
        @Nullable UUID scan,
        long capacity,
        long available,
        long allowed,
        boolean reflinks) {

    /** Whether the pool takes work. */
    public enum State {
        OPEN,
        /** What runs may end; nothing new begins. */
        CLOSING,
        CLOSED,
        /** Undefined; what volumes it had are history. */
        FORGOTTEN
    }

    /** Whether nothing may run on it any more. */
    public boolean closed() {
        return switch (state) {
            case OPEN, CLOSING -> false;
            case CLOSED, FORGOTTEN -> true;
        };
    }

    /** What commands carry. */
    public PoolPlace place() {
        return new PoolPlace(id, installation, epoch, path, mount);
    }
}
