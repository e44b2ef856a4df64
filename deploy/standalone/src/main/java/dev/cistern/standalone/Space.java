package dev.cistern.standalone;

import dev.cistern.embedded.SpaceGuard;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The guard of the data folder, from where it is made to where requests are answered. */
final class Space {
    private static final AtomicReference<@Nullable SpaceGuard> GUARD = new AtomicReference<>();

    private Space() {}

    static void guardedBy(SpaceGuard guard) {
        GUARD.set(guard);
    }

    /** Null before the servers have started. */
    static @Nullable SpaceGuard guard() {
        return GUARD.get();
    }
}
