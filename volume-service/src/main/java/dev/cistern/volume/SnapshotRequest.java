package dev.cistern.volume;

import dev.cistern.common.message.Lane;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a user wants done with a snapshot of a volume.
 *
 * @param kind of the operation
 * @param snapshot which one
 * @param capacity that the volume may come back to
 * @param wanted where one is to be that is taken; null for as usual
 * @param copies whether it takes as long as the volume is large
 */
public record SnapshotRequest(
        String kind, UUID snapshot, long capacity, Snapshot.@Nullable Kind wanted, boolean copies)
        implements ChangeRequest {
    /** Of operations that take one. */
    public static final String CREATE = "CreateSnapshot";

    /** Of operations that give one up. */
    public static final String DELETE = "DeleteSnapshot";

    /** Of operations that make a volume what it was. */
    public static final String REVERT = "RevertToSnapshot";

    @Override
    public Lane lane() {
        return copies ? Lane.BULK : Lane.METADATA;
    }

    @Override
    public Duration deadline() {
        return Duration.ofHours(copies ? 48 : 1);
    }

    @Override
    public long growth(long promised) {
        return Math.max(0, capacity - promised);
    }

    /** What is over the file of an external one may come to be over them. */
    @Override
    public boolean readsBelow() {
        return kind.equals(DELETE) && copies;
    }
}
