package dev.cistern.image.vmdk;

import dev.cistern.image.ImageException;
import java.util.HashMap;
import java.util.Map;

/** A set of numbers, of which many follow each other. */
final class SparseBits {
    /** Some 40 MB; enough for all grains of 2 TiB. */
    private static final int MOST_WORDS = 1 << 19;

    private final Map<Long, Long> words = new HashMap<>();

    /**
     * Adds a number; false if it was there.
     *
     * @throws ImageException.Unsupported if they lie so far apart that they would take much memory
     */
    boolean add(long number, String name) throws ImageException.Unsupported {
        if (words.size() >= MOST_WORDS) {
            throw new ImageException.Unsupported(
                    name + ": its tables and grains are too far apart to be checked");
        }
        var bit = 1L << number;
        var word = words.getOrDefault(number / Long.SIZE, 0L);
        words.put(number / Long.SIZE, word | bit);
        return (word & bit) == 0;
    }

    boolean has(long number) {
        return (words.getOrDefault(number / Long.SIZE, 0L) & (1L << number)) != 0;
    }
}
