package dev.cistern.soak;

import java.io.IOException;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;

/**
 * An image that was made to do harm.
 *
 * @param name what it does
 * @param forging makes it
 * @param refusals the uses that must be refused, each with what the message must say
 */
record Hostile(String name, Forging forging, Map<Use, List<String>> refusals) {
    /** Makes an image. */
    @FunctionalInterface
    interface Forging {
        Subject make() throws IOException;
    }

    /** One for which each use must but end in order. */
    static Hostile image(String name, Forging forging) {
        return new Hostile(name, forging, Map.of());
    }

    /** The same, of which a use must be refused. */
    Hostile refused(Use use, String... words) {
        var more = new EnumMap<Use, List<String>>(Use.class);
        more.putAll(refusals);
        more.put(use, List.of(words));
        return new Hostile(name, forging, more);
    }

    /** The same, of which even a look must be refused. */
    Hostile refused(String... words) {
        var all = this;
        for (var use : Use.values()) {
            all = all.refused(use, words);
        }
        return all;
    }

    /** The same of a format that has no snapshots inside, which are not looked for then. */
    Hostile refusedButSnapshots(String... words) {
        var all = this;
        for (var use : EnumSet.complementOf(EnumSet.of(Use.SNAPSHOT))) {
            all = all.refused(use, words);
        }
        return all;
    }

    @Override
    public String toString() {
        return name;
    }
}
