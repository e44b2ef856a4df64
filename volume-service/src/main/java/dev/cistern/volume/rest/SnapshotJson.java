package dev.cistern.volume.rest;

import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.volume.Snapshot;
import dev.cistern.volume.SnapshotName;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A request for a snapshot as JSON.
 *
 * @param kind internal, copy or external; null for the usual one of the volume's format
 */
public record SnapshotJson(
        @Nullable String name, @Nullable String description, @Nullable String kind) {
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

    /** Checked. */
    Snapshot.@Nullable Kind checkedKind() {
        if (kind == null) {
            return null;
        }
        return Arrays.stream(Snapshot.Kind.values())
                .filter(each -> each.text().equals(kind))
                .findFirst()
                .orElseThrow(
                        () ->
                                new ProblemException(
                                        ProblemCode.INVALID_REQUEST,
                                        "the field 'kind' is '%s'; it is internal, copy or external"
                                                .formatted(kind)));
    }
}
