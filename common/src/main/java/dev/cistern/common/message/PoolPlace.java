package dev.cistern.common.message;

import java.util.UUID;

/**
 * Where a pool lies and how a worker recognises it, carried by every command.
 *
 * @param poolId the pool; must equal the id in the folder's {@code .cistern/pool}
 * @param installation the installation; likewise
 * @param epoch counts the times the pool was started or closed
 * @param path absolute folder on the worker's node
 */
public record PoolPlace(UUID poolId, UUID installation, long epoch, String path) {}
