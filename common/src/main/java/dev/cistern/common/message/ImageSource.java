package dev.cistern.common.message;

import java.util.UUID;

/**
 * The image of a volume that is read to make another.
 *
 * @param pool where it lies, within reach of the same worker
 */
public record ImageSource(PoolPlace pool, UUID volumeId, ImageRef image) {}
