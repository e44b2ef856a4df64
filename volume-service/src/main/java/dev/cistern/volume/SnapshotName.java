package dev.cistern.volume;

import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import java.nio.charset.StandardCharsets;

/** A name that a snapshot can be given. */
public record SnapshotName(String text) {
    private static final int LONGEST_BYTES = 255;

    /** Refuses what cannot be one, with the reason. */
    public SnapshotName {
        if (text.isEmpty()) {
            throw refused("the snapshot's name is empty");
        }
        if (text.getBytes(StandardCharsets.UTF_8).length > LONGEST_BYTES) {
            throw refused("the snapshot's name is longer than %d bytes".formatted(LONGEST_BYTES));
        }
        if (text.codePoints().anyMatch(Character::isISOControl)) {
            throw refused("the snapshot's name has a control character");
        }
        if (text.indexOf('/') >= 0 || text.equals(".") || text.equals("..")) {
            throw refused("the snapshot's name '%s' cannot be part of a path".formatted(text));
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw refused("the snapshot's name is not Unicode text");
        }
    }

    private static ProblemException refused(String detail) {
        return new ProblemException(ProblemCode.INVALID_REQUEST, detail);
    }
}
