package dev.cistern.common.message;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How a volume is wiped: libvirt's algorithms. */
public enum WipeAlgorithm {
    ZERO,
    NNSA,
    DOD,
    BSI,
    GUTMANN,
    SCHNEIER,
    PFITZNER7,
    PFITZNER33,
    RANDOM,
    /** Nothing is overwritten; the space is given back, and reads as zeroes. */
    TRIM;

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
