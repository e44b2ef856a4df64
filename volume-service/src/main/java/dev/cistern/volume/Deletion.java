package dev.cistern.volume;

import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import java.time.Duration;
import java.util.Optional;

/**
 * How a volume is to be deleted.
 *
 * @param purge for good, also one that is in the trash
 * @param keep how long it is to be kept in the trash; empty for as long as is usual
 */
public record Deletion(boolean purge, Optional<Duration> keep) {
    /** As is usual. */
    public static final Deletion USUAL = new Deletion(false, Optional.empty());

    private static final Duration LONGEST = Duration.ofDays(3650);

    /** Refuses what makes no sense together. */
    public Deletion {
        if (purge && keep.isPresent()) {
            throw refused("what is deleted for good cannot be kept: ask for one of the two");
        }
        if (keep.isPresent() && (keep.get().isNegative() || keep.get().compareTo(LONGEST) > 0)) {
            throw refused("a volume can be kept in the trash for 0 to 3650 days");
        }
    }

    private static ProblemException refused(String detail) {
        return new ProblemException(ProblemCode.INVALID_REQUEST, detail);
    }

    /**
     * How long a volume is to be kept; zero for not at all.
     *
     * @param usual what holds when nothing was said
     * @throws ProblemException if it is kept already
     */
    public Duration kept(Volume volume, Duration usual) {
        return switch (volume.state()) {
            case TRASHED -> {
                if (!purge) {
                    throw new ProblemException(
                            ProblemCode.VOLUME_STATE,
                            "volume '%s' is in the trash already: purge it, or restore it"
                                    .formatted(volume.name()));
                }
                yield Duration.ZERO;
            }
            case ERROR -> Duration.ZERO;
            case CREATING, AVAILABLE, DELETING, DELETED ->
                    purge ? Duration.ZERO : keep.orElse(usual);
        };
    }
}
