package dev.cistern.worker.folder;

import java.util.UUID;

/**
 * The claim on a pool's folder, {@code .cistern/pool}.
 *
 * @param epoch of the last start
 */
public record Marker(UUID installation, UUID poolId, long epoch) {}
