package dev.cistern.common.message;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * How a volume is wiped: libvirt's algorithms, of which all but the first and the last are those of
 * scrub(1), without its reading back.
 */
public enum WipeAlgorithm {
    ZERO("00"),
    NNSA("? ? 00"),
    DOD("? 00 ff"),
    BSI("ff fe fd fb f7 ef df bf 7f"),
    GUTMANN(
            "? ? ? ? 55 aa 924924 492492 249249 00 11 22 33 44 55 66 77 88 99 aa bb cc dd ee ff"
                    + " 924924 492492 249249 6db6db b6db6d db6db6 ? ? ? ?"),
    SCHNEIER("00 ff ? ? ? ? ?"),
    PFITZNER7("?" + " ?".repeat(6)),
    PFITZNER33("?" + " ?".repeat(32)),
    RANDOM("?"),
    /** Nothing is overwritten; the space is given back, and reads as zeroes. */
    TRIM("");

    private final String passes;

    /** Passes as bytes to be repeated, or as question marks for random ones. */
    WipeAlgorithm(String passes) {
        this.passes = passes;
    }

    /**
     * What everything is overwritten with once.
     *
     * @param pattern hexadecimal bytes to be repeated; empty for random ones
     */
    public record Pass(String pattern) {
        /** The bytes to be repeated; none for random ones. */
        public byte[] bytes() {
            return HexFormat.of().parseHex(pattern);
        }
    }

    /** The passes in their order. */
    public List<Pass> passes() {
        return passes.isEmpty()
                ? List.of()
                : Arrays.stream(passes.split(" ", -1))
                        .map(each -> new Pass(each.equals("?") ? "" : each))
                        .toList();
    }

    /** As the API and messages write it. */
    @JsonValue
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Reads what {@link #text} wrote.
     *
     * @throws ProblemException if it is none
     */
    @JsonCreator
    public static WipeAlgorithm of(String text) {
        return Arrays.stream(values())
                .filter(algorithm -> algorithm.text().equals(text))
                .findFirst()
                .orElseThrow(
                        () ->
                                new ProblemException(
                                        ProblemCode.INVALID_REQUEST,
                                        "'%s' is not an algorithm of wiping; %s are"
                                                .formatted(text, names())));
    }

    private static String names() {
        return Arrays.stream(values()).map(WipeAlgorithm::text).collect(Collectors.joining(", "));
    }
}
