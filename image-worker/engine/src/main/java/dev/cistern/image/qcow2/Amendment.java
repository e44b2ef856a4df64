package dev.cistern.image.qcow2;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * What is to be different in an image from now on, its content aside.
 *
 * @param version 2 or 3; empty to leave it
 * @param lazyRefcounts whether refcounts may be written late; empty to leave it
 */
public record Amendment(OptionalInt version, Optional<Boolean> lazyRefcounts) {
    private static final int OLDEST = 2;
    private static final int NEWEST = 3;

    /** Refuses versions that are none. */
    public Amendment {
        if (version.isPresent() && (version.getAsInt() < OLDEST || version.getAsInt() > NEWEST)) {
            throw new IllegalArgumentException(
                    "version is %d; there are %d and %d"
                            .formatted(version.getAsInt(), OLDEST, NEWEST));
        }
    }

    /** Another version, and nothing else. */
    public static Amendment ofVersion(int version) {
        return new Amendment(OptionalInt.of(version), Optional.empty());
    }

    /** Whether refcounts may be written late, and nothing else. */
    public static Amendment ofLazyRefcounts(boolean lazy) {
        return new Amendment(OptionalInt.empty(), Optional.of(lazy));
    }
}
