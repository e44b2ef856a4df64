package dev.cistern.img;

import dev.cistern.image.operations.CopyOptions;

/**
 * How a command line wants content to be copied.
 *
 * @param bytesPerSecond 0 for no limit
 */
record CopyArguments(CopyOptions copy, long bytesPerSecond) {
    private static final int SECTOR = 512;
    private static final int MOST_SPARSE = 16 << 20;
    private static final int MOST_COROUTINES = 16;

    /** Reads {@code -S}, {@code -m} and {@code -r}. */
    static CopyArguments of(Options options) throws Failure {
        var copy = CopyOptions.DEFAULT;
        var rate = 0L;
        for (var given : options.given()) {
            switch (given.name()) {
                case "S" -> copy = copy.withSparseBytes(sparse(given.value()));
                case "m" ->
                        copy =
                                copy.withThreads(
                                        Math.min(coroutines(given.value()), copy.threads()));
                case "r" -> rate = SizeText.require("rate limit", given.value());
                default -> {}
            }
        }
        return new CopyArguments(copy, rate);
    }

    private static int sparse(String text) throws Failure {
        var bytes = SizeText.require("buffer size for sparse output", text);
        if (bytes % SECTOR != 0 || bytes > MOST_SPARSE) {
            throw Failure.of(
                    "Invalid buffer size for sparse output specified. Valid sizes are multiples of %d up to %d. Select 0 to disable sparse detection (fully allocates output)."
                            .formatted(SECTOR, MOST_SPARSE));
        }
        return (int) bytes;
    }

    /** There are no more threads than cores. */
    private static int coroutines(String text) throws Failure {
        var number = text.matches("\\d{1,4}") ? Integer.parseInt(text) : 0;
        if (number < 1 || number > MOST_COROUTINES) {
            throw Failure.of(
                    "Invalid number of coroutines. Allowed number of coroutines is between 1 and %d"
                            .formatted(MOST_COROUTINES));
        }
        return number;
    }
}
