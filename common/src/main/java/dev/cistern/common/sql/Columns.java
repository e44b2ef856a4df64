package dev.cistern.common.sql;

import java.util.Collection;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Rows as the arrays of their columns, of which {@code unnest} makes rows again. */
public final class Columns {
    private Columns() {}

    /** A column of ids, some of which may be absent. */
    public static <T> @Nullable UUID[] uuids(
            Collection<T> rows, Function<T, @Nullable UUID> column) {
        return rows.stream().map(column).toArray(UUID[]::new);
    }

    /** A column of texts, some of which may be absent. */
    public static <T> @Nullable String[] texts(
            Collection<T> rows, Function<T, @Nullable String> column) {
        return rows.stream().map(column).toArray(String[]::new);
    }

    /** A column of whole numbers. */
    public static <T> Long[] longs(Collection<T> rows, ToLongFunction<T> column) {
        return rows.stream().mapToLong(column).boxed().toArray(Long[]::new);
    }

    /** A column of whole numbers, some of which may be absent. */
    public static <T> @Nullable Long[] longsIfAny(
            Collection<T> rows, Function<T, @Nullable Long> column) {
        return rows.stream().map(column).toArray(Long[]::new);
    }

    /** A column of truth values. */
    public static <T> Boolean[] booleans(Collection<T> rows, Predicate<T> column) {
        return rows.stream().map(column::test).toArray(Boolean[]::new);
    }
}
