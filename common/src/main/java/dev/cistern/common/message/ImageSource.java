package dev.cistern.common.message;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The image of a volume that is read to make another.
 *
 * @param pool where it lies, within reach of the same worker
 * @param snapshot what it was then is read; null for what it is now
 */
public record ImageSource(
        PoolPlace pool, UUID volumeId, ImageRef image, @Nullable SnapshotRef snapshot) {
    /** An image as it is now. */
    public ImageSource(PoolPlace pool, UUID volumeId, ImageRef image) {
        this(pool, volumeId, image, null);
    }
}
