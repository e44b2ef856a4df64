package dev.cistern.common.operation;

import java.sql.SQLException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a failure says about the database. The SQLSTATE is looked for among causes and suppressed
 * exceptions: a failure at the commit comes wrapped in what the transaction manager throws.
 */
public final class DatabaseFault {
    private static final Set<String> BROKEN_OFF = Set.of("40P01", "40001");

    /**
     * Classes of states that tell of the server, not of the statement: connection, resources,
     * operator intervention, system error (PostgreSQL, appendix A).
     */
    private static final Set<String> UNAVAILABLE = Set.of("08", "53", "57", "58");

    private DatabaseFault() {}

    /** Whether PostgreSQL broke a transaction off for another's sake: it may simply run again. */
    public static boolean brokenOff(Throwable failure) {
        return any(failure, BROKEN_OFF::contains);
    }

    /** Whether the database could not be reached or could not work: it may later. */
    public static boolean unavailable(Throwable failure) {
        return any(failure, state -> UNAVAILABLE.contains(state.substring(0, 2)));
    }

    /**
     * Whether a value cannot be stored or compared, such as text with a zero character (class 22).
     */
    public static boolean value(Throwable failure) {
        return any(failure, state -> state.startsWith("22"));
    }

    private static boolean any(Throwable failure, Predicate<String> condition) {
        return any(failure, condition, Collections.newSetFromMap(new IdentityHashMap<>()));
    }

    private static boolean any(
            @Nullable Throwable failure, Predicate<String> condition, Set<Throwable> seen) {
        if (failure == null || !seen.add(failure)) {
            return false;
        }
        if (failure instanceof SQLException sql && condition.test(state(sql))) {
            return true;
        }
        if (any(failure.getCause(), condition, seen)) {
            return true;
        }
        for (var suppressed : failure.getSuppressed()) {
            if (any(suppressed, condition, seen)) {
                return true;
            }
        }
        return false;
    }

    /** A pool that has no connection to give says no state. */
    private static String state(SQLException failure) {
        var state = Objects.toString(failure.getSQLState(), "");
        return state.length() < 5 ? "08000" : state;
    }
}
