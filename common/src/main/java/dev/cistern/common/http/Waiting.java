package dev.cistern.common.http;

import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How long a caller wants to wait. */
public final class Waiting {
    private static final Duration LONGEST = Duration.ofSeconds(60);
    private static final Pattern TIME = Pattern.compile("(\\d{1,6})(ms|s|m)?");
    private static final Pattern PREFER = Pattern.compile("(?:^|[,;\\s])wait=(\\d{1,6})");

    private Waiting() {}

    /**
     * Reads the parameter {@code wait}, such as 30s, 500ms or 30 (seconds); at most a minute is
     * waited.
     *
     * @throws ProblemException if it is none of these
     */
    public static Duration parameter(@Nullable String wait) {
        if (wait == null || wait.isEmpty()) {
            return Duration.ZERO;
        }
        var time = TIME.matcher(wait);
        if (!time.matches()) {
            throw new ProblemException(
                    ProblemCode.INVALID_REQUEST,
                    "wait is '%s', not a time like 30s".formatted(wait));
        }
        var number = Long.parseLong(time.group(1));
        var unit = time.group(2);
        return atMostLongest(
                "ms".equals(unit)
                        ? Duration.ofMillis(number)
                        : "m".equals(unit)
                                ? Duration.ofMinutes(number)
                                : Duration.ofSeconds(number));
    }

    /**
     * Reads the header {@code Prefer: wait=N} (RFC 7240, 4.3), seconds; other preferences are
     * passed over.
     */
    public static Duration preference(@Nullable String prefer) {
        if (prefer == null) {
            return Duration.ZERO;
        }
        var wait = PREFER.matcher(prefer);
        return wait.find()
                ? atMostLongest(Duration.ofSeconds(Long.parseLong(wait.group(1))))
                : Duration.ZERO;
    }

    private static Duration atMostLongest(Duration time) {
        return time.compareTo(LONGEST) > 0 ? LONGEST : time;
    }
}
