package dev.cistern.img;

import java.util.Optional;
import java.util.Set;

/** QEMU's cache modes, which are accepted and have no effect: what is written is always synced. */
final class CacheMode {
    private static final Set<String> MODES =
            Set.of("none", "off", "directsync", "writeback", "unsafe", "writethrough");

    private CacheMode() {}

    /**
     * Refuses what is none.
     *
     * @param what it is for
     */
    static void require(String what, Optional<String> mode) throws Failure {
        if (mode.isPresent() && !MODES.contains(mode.get())) {
            throw Failure.of("Invalid %s option: %s".formatted(what, mode.get()));
        }
    }
}
