package dev.cistern.image.vmdk;

import java.util.HashMap;
import java.util.Map;

/** A set of numbers, of which many follow each other. */
final class SparseBits {
    private final Map<Long, Long> words = new HashMap<>();

    /** Adds a number; false if it was there. */
    boolean add(long number) {
        var bit = 1L << number;
        var word = words.getOrDefault(number / Long.SIZE, 0L);
        words.put(number / Long.SIZE, word | bit);
        return (word & bit) == 0;
    }

    boolean has(long number) {
        return (words.getOrDefault(number / Long.SIZE, 0L) & 1L << number) != 0;
    }
}
