package dev.cistern.common.crash;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Named places between two steps that must survive a crash in between. A test arms one of them; the
 * process then stops there, once. Unarmed, a place costs a look into an empty map.
 *
 * <p>The system property {@code cistern.crash-point}, or the environment variable {@code
 * CISTERN_CRASH_POINT}, arms one at start.
 */
public final class CrashPoints {
    /** Exit status of a process that stopped at its point, the same as after a kill -9. */
    public static final int EXIT_STATUS = 137;

    private static final Map<String, Action> ARMED = new ConcurrentHashMap<>();

    static {
        var point =
                System.getProperty(
                        "cistern.crash-point",
                        System.getenv().getOrDefault("CISTERN_CRASH_POINT", ""));
        if (!point.isEmpty()) {
            arm(point, () -> Runtime.getRuntime().halt(EXIT_STATUS));
        }
    }

    private CrashPoints() {}

    /**
     * What happens at an armed place; it may throw to break off the thread instead of the process.
     */
    @FunctionalInterface
    public interface Action {
        /** Stops the process, or throws. */
        void crash();
    }

    /** Arms a place: the first to pass it triggers the action, and only that one. */
    public static void arm(String point, Action action) {
        ARMED.put(point, action);
    }

    /** Disarms everything. */
    public static void disarm() {
        ARMED.clear();
    }

    /** Whether a place is still armed, that is, has not been passed. */
    public static boolean armed(String point) {
        return ARMED.containsKey(point);
    }

    /** Passes a place. */
    public static void at(String point) {
        if (ARMED.isEmpty()) {
            return;
        }
        var action = ARMED.remove(point);
        if (action != null) {
            System.err.println("crash point " + point + " hit");
            System.err.flush();
            action.crash();
        }
    }
}
