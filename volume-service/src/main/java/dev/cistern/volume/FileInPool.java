package dev.cistern.volume;

import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import java.util.Optional;

/**
 * A file as users see it in a pool's folder.
 *
 * @param name in the folder
 */
public record FileInPool(PoolView pool, String name) {
    /** Refuses what cannot be the name of a volume's file. */
    public FileInPool {
        VolumeRequest.requireName(name);
    }

    /**
     * A file by {@code POOL:NAME}; names of pools may have colons too, so each is tried.
     *
     * @throws ProblemException if there is no such pool, or no file could have the name
     */
    public static FileInPool of(String text, PoolViews pools) {
        var pool = Optional.<PoolView>empty();
        var colon = text.indexOf(':');
        while (colon >= 0) {
            pool = pools.find(text.substring(0, colon));
            if (pool.isPresent()) {
                return new FileInPool(pool.get(), text.substring(colon + 1));
            }
            colon = text.indexOf(':', colon + 1);
        }
        throw new ProblemException(
                ProblemCode.POOL_NOT_FOUND,
                "there is no storage pool that the file '%s' could be in; files go by POOL:NAME"
                        .formatted(text));
    }
}
