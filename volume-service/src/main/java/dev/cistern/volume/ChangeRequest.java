package dev.cistern.volume;

import dev.cistern.common.message.Lane;
import java.time.Duration;

/**
 * What a user wants changed about a volume's file; kept as JSON until its turn has come. What makes
 * no sense is refused by the constructors.
 */
public interface ChangeRequest {
    /** Of the operation, for example {@code ResizeVolume}. */
    String kind();

    /** Whether it is a minute's work or an hour's. */
    Lane lane();

    /** How long it may take. */
    Duration deadline();

    /**
     * Bytes by which the volume may become larger, which the pool must have room for.
     *
     * @param promised capacity that the volume has or will have when all that is before this is
     *     done
     */
    default long growth(long promised) {
        return 0;
    }

    /** Whether the volumes are read that this one builds on. */
    default boolean readsBelow() {
        return false;
    }

    /** Whether what is added takes its space at once. */
    default boolean takesSpace() {
        return false;
    }
}
