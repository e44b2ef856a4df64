package dev.cistern.soak.service;

import java.util.random.RandomGenerator;

/**
 * The few names that all clients share, so that they are in each other's way.
 *
 * @param volumes how many there may be
 */
record Names(String pool, int volumes) {
    private static final int SNAPSHOTS = 3;

    /** A name that a volume has or may get. */
    String any(RandomGenerator random) {
        return "disk-%03d".formatted(random.nextInt(volumes));
    }

    /** A volume as it goes in a path. */
    String reference(RandomGenerator random) {
        return pool + ":" + any(random);
    }

    String snapshot(RandomGenerator random) {
        return "snap-" + random.nextInt(SNAPSHOTS);
    }
}
