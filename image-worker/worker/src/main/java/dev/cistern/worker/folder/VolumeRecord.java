package dev.cistern.worker.folder;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the pool's folder knows of a volume, {@code .cistern/volumes/<id>}; it outlives the volume.
 *
 * @param name its file in the pool's folder
 * @param format it outranks what the content looks like: a guest can write anything
 * @param generation highest one that took effect; commands with a lower one are stale
 * @param inode of its file; null when none was ever published
 * @param deleted whether it is gone for good
 */
public record VolumeRecord(
        UUID volumeId,
        String name,
        String format,
        long generation,
        @Nullable Long inode,
        boolean deleted) {

    /** The same, gone. */
    public VolumeRecord tombstone(long atGeneration) {
        return new VolumeRecord(
                volumeId, name, format, Math.max(generation, atGeneration), inode, true);
    }
}
