package dev.cistern.embedded;

/** Byte counts for people. */
final class Sizes {
    static final long MIB = 1L << 20;
    private static final String[] UNITS = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB"};

    private Sizes() {}

    /**
     * Rounded down to a whole number of the largest unit that leaves at least two digits, such as
     * "312 MiB".
     */
    static String words(long bytes) {
        long number = bytes;
        int unit = 0;
        while (number >= 10 * 1024 && unit < UNITS.length - 1) {
            number /= 1024;
            unit++;
        }
        return number + " " + UNITS[unit];
    }
}
