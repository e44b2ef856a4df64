package dev.cistern.volume.rest;

import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.volume.SnapshotName;
import org.jspecify.annotations.Nullable;

/** A request for a snapshot as JSON. */
public record SnapshotJson(@Nullable String name, @Nullable String description) {
    private static final int LONGEST_DESCRIPTION = 4096;

    /** Checked. */
    SnapshotName checkedName() {
        if (name == null) {
            throw new ProblemException(ProblemCode.INVALID_REQUEST, "the field 'name' is absent");
        }
        return new SnapshotName(name);
    }

    /** Checked. */
    @Nullable String checkedDescription() {
        if (description != null
                && (description.length() > LONGEST_DESCRIPTION || description.indexOf('\0') >= 0)) {
            throw new ProblemException(
                    ProblemCode.INVALID_REQUEST,
                    "a description has at most %d characters, none of them NUL"
                            .formatted(LONGEST_DESCRIPTION));
        }
        return description;
    }
}
