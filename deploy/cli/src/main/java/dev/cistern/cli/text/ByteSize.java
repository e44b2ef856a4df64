package dev.cistern.cli.text;

import java.util.Locale;
import java.util.regex.Pattern;

/** A number of bytes, read and written as virsh does. */
public record ByteSize(long bytes) {
    private static final Pattern SCALED = Pattern.compile("(\\d+) *([A-Za-z]*)");
    private static final String PREFIXES = "kmgtpe";
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    /**
     * Reads a whole number with an optional unit, in any case: {@code B}, {@code K} and {@code KiB}
     * (1024), {@code KB} (1000), and so on to {@code E}. Without a unit it counts bytes.
     *
     * @throws IllegalArgumentException if it is something else, or more than a signed 64-bit number
     */
    public static ByteSize parse(String text) {
        var matcher = SCALED.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "'%s' is not a size such as 10737418240, 10G or 500MiB".formatted(text));
        }
        try {
            var number = Long.parseLong(matcher.group(1));
            return new ByteSize(Math.multiplyExact(number, scale(matcher.group(2))));
        } catch (NumberFormatException | ArithmeticException e) {
            throw new IllegalArgumentException("'%s' is more than 8 EiB".formatted(text), e);
        }
    }

    private static long scale(String unit) {
        var lower = unit.toLowerCase(Locale.ROOT);
        if (lower.isEmpty() || lower.equals("b") || lower.equals("byte") || lower.equals("bytes")) {
            return 1;
        }
        var power = PREFIXES.indexOf(lower.charAt(0)) + 1;
        var rest = lower.substring(1);
        if (power > 0 && (rest.isEmpty() || rest.equals("ib"))) {
            return power(1024, power);
        }
        if (power > 0 && rest.equals("b")) {
            return power(1000, power);
        }
        throw new IllegalArgumentException(
                "'%s' is not a unit: use B, K, M, G, T, P, E (1024), or KB, MB … (1000)"
                        .formatted(unit));
    }

    private static long power(long base, int exponent) {
        var result = 1L;
        for (var i = 0; i < exponent; i++) {
            result *= base;
        }
        return result;
    }

    /** Two decimals in the largest binary unit that leaves a number of at least one. */
    public String human() {
        var value = (double) bytes;
        var unit = 0;
        while (value >= 1024 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, "%.2f %s", value, UNITS[unit]);
    }
}
