package dev.cistern.common.message;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import java.util.Arrays;
import java.util.Locale;

/** How a volume is cloned. */
public enum CloneStrategy {
    /** By reflink where the file system can, else in full: never so that it needs its source. */
    BEST,
    /** Both files share their blocks until one of them changes; in constant time. */
    REFLINK,
    /** A qcow2 image over the source, which must not be written to any more; in constant time. */
    LINKED,
    /** All bytes are copied. */
    FULL;

    /** Whether it may take as long as there is to copy. */
    public boolean copies() {
        return switch (this) {
            case BEST, FULL -> true;
            case REFLINK, LINKED -> false;
        };
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
    public static CloneStrategy of(String text) {
        return Arrays.stream(values())
                .filter(strategy -> strategy.text().equals(text))
                .findFirst()
                .orElseThrow(
                        () ->
                                new ProblemException(
                                        ProblemCode.INVALID_REQUEST,
                                        "'%s' is not a strategy of cloning; best, reflink, linked and full are"
                                                .formatted(text)));
    }
}
