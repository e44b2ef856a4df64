package dev.cistern.volume;

import dev.cistern.common.message.CloneStrategy;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import org.jspecify.annotations.Nullable;

/**
 * A clone as a user wants it; what makes no sense is refused on the way in.
 *
 * @param pool name or id of the pool; null for that of the source
 * @param name file name in the pool's folder
 */
public record CloneRequest(@Nullable String pool, String name, CloneStrategy strategy) {
    /** Refuses what cannot be a volume, with the reason. */
    public CloneRequest {
        VolumeRequest.requireName(name);
    }

    /**
     * The format of a clone of an image.
     *
     * @throws ProblemException if the strategy does not go with the source
     */
    public String format(Volume source) {
        return switch (strategy) {
            case LINKED -> "qcow2";
            case BEST, REFLINK, FULL -> source.format();
        };
    }

    /** Refuses a linked clone in another pool than its source. */
    public void requirePool(PoolView target, Volume source) {
        if (strategy == CloneStrategy.LINKED && !target.id().equals(source.poolId())) {
            throw new ProblemException(
                    ProblemCode.INVALID_REQUEST,
                    "a linked clone must be in the pool of its source, '%s'"
                            .formatted(source.pool()));
        }
    }
}
