package dev.cistern.common.message;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An image that is read to make another.
 *
 * @param pool where it lies, within reach of the same worker
 * @param volumeId the volume that it is of; null for a file that is no volume's
 * @param snapshot what it was then is read; null for what it is now
 */
public record ImageSource(
        PoolPlace pool, @Nullable UUID volumeId, ImageRef image, @Nullable SnapshotRef snapshot) {
    /** An image as it is now. */
    public ImageSource(PoolPlace pool, @Nullable UUID volumeId, ImageRef image) {
        this(pool, volumeId, image, null);
    }
}
