package dev.cistern.volume;

import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import java.util.List;
import java.util.Map;

/** Why something is not done to what volumes build on: their names, and the way out. */
public final class Dependents {
    private static final int SHOWN = 5;

    private Dependents() {}

    /**
     * Refuses what would break the volumes that build on one.
     *
     * @param what would be done, for example {@code deleted}
     */
    public static void refuseIfAny(Volume volume, List<Volume> children, String what) {
        if (!children.isEmpty()) {
            throw refusal("volume '%s'".formatted(volume.name()), "it", names(children), what);
        }
    }

    /** Refuses that a snapshot goes while volumes build on its file. */
    public static void refuseIfAny(Snapshot snapshot, Volume of, List<Volume> children) {
        if (!children.isEmpty()) {
            throw refusal(
                    "snapshot '%s' of volume '%s'".formatted(snapshot.name(), of.name()),
                    "it",
                    names(children),
                    "deleted");
        }
    }

    /** Refuses what would take a snapshot along on whose file volumes build. */
    static void refuseIfAny(Volume volume, Snapshot snapshot, List<Volume> children, String what) {
        if (!children.isEmpty()) {
            throw refusal(
                    "volume '%s'".formatted(volume.name()),
                    "its snapshot '%s'".formatted(snapshot.name()),
                    names(children),
                    what);
        }
    }

    private static List<String> names(List<Volume> children) {
        return children.stream().map(Volume::name).toList();
    }

    private static ProblemException refusal(
            String subject, String on, List<String> names, String what) {
        return new ProblemException(
                ProblemCode.VOLUME_HAS_CHILDREN,
                "%s cannot be %s: %s on %s; delete or flatten %s first"
                        .formatted(
                                subject, what, said(names), on, names.size() == 1 ? "it" : "them"),
                Map.of("children", names));
    }

    private static String said(List<String> names) {
        return switch (names.size()) {
            case 1 -> "volume '%s' builds".formatted(names.getFirst());
            default ->
                    "%d volumes build ('%s'%s)"
                            .formatted(
                                    names.size(),
                                    String.join(
                                            "', '",
                                            names.subList(0, Math.min(SHOWN, names.size()))),
                                    names.size() > SHOWN ? " and more" : "");
        };
    }
}
