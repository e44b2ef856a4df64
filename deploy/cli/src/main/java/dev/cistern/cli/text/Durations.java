package dev.cistern.cli.text;

import java.time.Duration;
import java.util.regex.Pattern;

/** Durations as people write them: {@code 90}, {@code 30s}, {@code 5m}, {@code 2h}, {@code 1d}. */
public final class Durations {
    private static final Pattern SCALED = Pattern.compile("(\\d{1,9})(s|m|h|d)?");

    private Durations() {}

    /**
     * Reads a duration; a number alone counts seconds.
     *
     * @throws IllegalArgumentException if it is something else
     */
    public static Duration parse(String text) {
        var matcher = SCALED.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "'%s' is not a duration such as 30s, 5m or 2h".formatted(text));
        }
        var number = Long.parseLong(matcher.group(1));
        var unit = matcher.group(2);
        return switch (unit == null ? "s" : unit) {
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            case "d" -> Duration.ofDays(number);
            default -> Duration.ofSeconds(number);
        };
    }

    /** As a clock shows it: {@code 0:05}, {@code 12:34}, {@code 1:02:03}. */
    public static String clock(Duration duration) {
        var hours = duration.toHours();
        var rest = "%02d".formatted(duration.toSecondsPart());
        return hours == 0
                ? duration.toMinutesPart() + ":" + rest
                : "%d:%02d:%s".formatted(hours, duration.toMinutesPart(), rest);
    }
}
