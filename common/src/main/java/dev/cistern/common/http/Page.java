package dev.cistern.common.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A part of a list.
 *
 * @param next the cursor of the next part, or null at the end
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Page<T>(List<T> items, @Nullable String next) {
    /** Items that a page has when none is asked for. */
    public static final int DEFAULT_LIMIT = 100;

    private static final int MAX_LIMIT = 1000;

    /**
     * Where a list goes on.
     *
     * @param after position of the last item seen, 0 at the start
     * @param limit items wanted
     */
    public record Cursor(long after, int limit) {
        /**
         * Reads the parameters of a request.
         *
         * @throws ProblemException if the cursor is none of ours or the limit is not 1 to 1000
         */
        public static Cursor parse(@Nullable String cursor, @Nullable String limit) {
            return new Cursor(cursor == null ? 0 : decode(cursor), limit(limit));
        }

        private static int limit(@Nullable String text) {
            if (text == null) {
                return DEFAULT_LIMIT;
            }
            try {
                var wanted = Integer.parseInt(text);
                if (wanted >= 1 && wanted <= MAX_LIMIT) {
                    return wanted;
                }
            } catch (NumberFormatException _) {
                // answered as a number out of range is
            }
            throw new ProblemException(
                    ProblemCode.INVALID_REQUEST,
                    "limit is '%s', not a number from 1 to %d".formatted(text, MAX_LIMIT));
        }

        private static long decode(String cursor) {
            try {
                return Long.parseLong(
                        new String(
                                Base64.getUrlDecoder().decode(cursor), StandardCharsets.US_ASCII));
            } catch (IllegalArgumentException e) {
                throw new ProblemException(
                        ProblemCode.INVALID_REQUEST,
                        "the cursor '%s' does not come from an earlier answer".formatted(cursor));
            }
        }
    }

    /**
     * The page of rows, of which one more than wanted was read.
     *
     * @param position of a row in the list
     */
    public static <R, T> Page<T> of(
            List<R> rows, Cursor cursor, ToLongFunction<R> position, Function<R, T> view) {
        var more = rows.size() > cursor.limit();
        var shown = more ? rows.subList(0, cursor.limit()) : rows;
        return new Page<>(
                shown.stream().map(view).toList(),
                more ? encode(position.applyAsLong(shown.getLast())) : null);
    }

    private static String encode(long position) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(Long.toString(position).getBytes(StandardCharsets.US_ASCII));
    }
}
