package dev.cistern.pool;

import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import org.jspecify.annotations.Nullable;

/**
 * How much of a pool's space may be promised to volumes, and when to warn.
 *
 * @param overcommit how many times what the file system has, without the reserve, the volumes'
 *     capacities may sum up to
 * @param limit bytes that they may sum up to, instead of that
 * @param reserve bytes of the file system that are not promised to anyone
 * @param lowSpace bytes available below which the pool is low on space; 0 to never say so
 */
public record SpaceRules(double overcommit, @Nullable Long limit, long reserve, long lowSpace) {
    /** Ten times the space, as thin images rarely fill up together. */
    public static final SpaceRules DEFAULT = new SpaceRules(10, null, 0, 0);

    /** Refuses what makes no sense. */
    public SpaceRules {
        if (!(overcommit >= 0.01 && overcommit <= 10_000)) {
            throw refused("overcommit is %s, not 0.01 to 10000".formatted(overcommit));
        }
        if (limit != null && limit < 1) {
            throw refused("limit is %d bytes; it must be at least 1".formatted(limit));
        }
        if (reserve < 0 || lowSpace < 0) {
            throw refused("reserve and lowSpace are bytes, 0 or more");
        }
    }

    private static ProblemException refused(String detail) {
        return new ProblemException(ProblemCode.INVALID_REQUEST, detail);
    }

    /** Bytes that the volumes' capacities may sum up to on a file system of this size. */
    public long allowed(long capacity) {
        return limit != null
                ? limit
                : (long)
                        Math.min(
                                (double) Long.MAX_VALUE,
                                Math.max(0, capacity - reserve) * overcommit);
    }

    /** Whether so little is available that it is worth saying. */
    public boolean isLow(long available) {
        return available < lowSpace;
    }
}
