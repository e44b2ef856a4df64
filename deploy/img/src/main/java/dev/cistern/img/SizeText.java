package dev.cistern.img;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.regex.Pattern;

/** Sizes as people write and read them, by QEMU's rules. */
final class SizeText {
    private static final Pattern DECIMAL =
            Pattern.compile("[ \\t\\n\\x0b\\f\\r]*\\+?(\\d+)(?:\\.(\\d*))?([bBkKmMgGtTpPeE]?)");
    private static final Pattern HEXADECIMAL = Pattern.compile("\\s*\\+?0[xX]([0-9a-fA-F]+)");
    private static final String SUFFIXES = "bkmgtpe";
    private static final String[] UNITS = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
    private static final int KIBI_BITS = 10;
    private static final BigInteger LIMIT = BigInteger.ONE.shiftLeft(Long.SIZE);
    private static final double STEP = 1000.0 / 1024.0;

    private SizeText() {}

    /** What a text means. */
    sealed interface Meaning {
        /** So many bytes. */
        record Bytes(long count) implements Meaning {}

        /** More than 64 bits hold. */
        record TooLarge() implements Meaning {}

        /** Nothing. */
        record None() implements Meaning {}
    }

    /** Reads a size whose count is taken for unsigned. */
    static Meaning parse(String text) {
        var hexadecimal = HEXADECIMAL.matcher(text);
        if (hexadecimal.matches()) {
            return meaning(new BigDecimal(new BigInteger(hexadecimal.group(1), 16)));
        }
        var decimal = DECIMAL.matcher(text);
        if (!decimal.matches()) {
            return new Meaning.None();
        }
        var suffix = decimal.group(3).toLowerCase(Locale.ROOT);
        var bits = suffix.isEmpty() ? 0 : SUFFIXES.indexOf(suffix) * KIBI_BITS;
        var fraction =
                decimal.group(2) == null
                        ? BigDecimal.ZERO
                        : new BigDecimal("0." + decimal.group(2) + "0");
        if (bits == 0 && fraction.signum() != 0) {
            return new Meaning.None();
        }
        return meaning(
                new BigDecimal(decimal.group(1))
                        .add(fraction)
                        .multiply(new BigDecimal(BigInteger.ONE.shiftLeft(bits))));
    }

    private static Meaning meaning(BigDecimal bytes) {
        var whole = bytes.setScale(0, RoundingMode.HALF_UP).toBigInteger();
        return whole.compareTo(LIMIT) >= 0
                ? new Meaning.TooLarge()
                : new Meaning.Bytes(whole.longValue());
    }

    /**
     * A size from the command line.
     *
     * @param what it is, for messages
     */
    static long require(String what, String text) throws Failure {
        return switch (parse(text)) {
            case Meaning.Bytes(var count) when count >= 0 -> count;
            case Meaning.Bytes _, Meaning.TooLarge _ ->
                    throw Failure.of(
                            "Invalid %s specified. Must be between 0 and %d."
                                    .formatted(what, Long.MAX_VALUE));
            case Meaning.None _ ->
                    throw Failure.ofLines(
                            java.util.List.of(
                                    "Invalid "
                                            + what
                                            + " specified. You may use k, M, G, T, P or E suffixes for",
                                    "kilobytes, megabytes, gigabytes, terabytes, petabytes and exabytes."));
        };
    }

    /**
     * A size in a list of options.
     *
     * @param key of the option, for messages
     */
    static long requireOption(String key, String text) throws Failure {
        return switch (parse(text)) {
            case Meaning.Bytes(var count) -> count;
            case Meaning.TooLarge _ ->
                    throw Failure.of(
                            "Value '%s' is out of range for parameter '%s'".formatted(text, key));
            case Meaning.None _ ->
                    throw Failure.of(
                                    "Parameter '%s' expects a non-negative number below 2^64"
                                            .formatted(key))
                            .withHint(
                                    "Optional suffix k, M, G, T, P or E means kilo-, mega-, giga-, tera-, peta-\n"
                                            + "and exabytes, respectively.\n");
        };
    }

    /** A size in three digits, such as {@code 1.5 GiB}. */
    static String human(long bytes) {
        var exponent = Math.getExponent(bytes / STEP) + 1;
        var unit = bytes == 0 ? 0 : (exponent - 1) / KIBI_BITS;
        var rounded =
                new BigDecimal(bytes)
                        .divide(new BigDecimal(BigInteger.ONE.shiftLeft(unit * KIBI_BITS)))
                        .round(new MathContext(3, RoundingMode.HALF_EVEN));
        var digits =
                rounded.precision() - rounded.scale() > 3
                        ? "1e+03"
                        : rounded.signum() == 0
                                ? "0"
                                : rounded.stripTrailingZeros().toPlainString();
        return digits + " " + UNITS[unit] + "B";
    }
}
