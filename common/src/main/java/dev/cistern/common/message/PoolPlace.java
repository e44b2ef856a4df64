package dev.cistern.common.message;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where a pool lies and how a worker recognises it, carried by every command.
 *
 * @param poolId the pool; must equal the id in the folder's {@code .cistern/pool}
 * @param installation the installation; likewise
 * @param epoch counts the times the pool was started or closed
 * @param path absolute folder on the worker's node
 * @param mount what a worker mounts on the folder if nothing is mounted there; null for a pool that
 *     is just a folder
 */
public record PoolPlace(
        UUID poolId, UUID installation, long epoch, String path, @Nullable PoolMount mount) {
    /** The place of a pool that is just a folder. */
    public PoolPlace(UUID poolId, UUID installation, long epoch, String path) {
        this(poolId, installation, epoch, path, null);
    }
}
