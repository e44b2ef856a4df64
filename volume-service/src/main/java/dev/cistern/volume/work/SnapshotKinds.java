package dev.cistern.volume.work;

import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.volume.Snapshot;
import dev.cistern.volume.Snapshot.Kind;
import dev.cistern.volume.Volume;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Of which kind the snapshots of volumes are. */
record SnapshotKinds(Workshop workshop) {

    /**
     * That of a snapshot which is taken of a volume as it is now.
     *
     * @param wanted null for the usual one that can be had
     * @throws ProblemException if there are none such of images like the volume's
     */
    Kind of(Volume volume, @Nullable Kind wanted) {
        var subformat = workshop.images().of(volume.id()).options().subformat();
        var kinds = Kind.of(volume.format(), subformat);
        if (wanted == null) {
            return kinds.stream()
                    .filter(kind -> kind != Kind.EXTERNAL || hasRoomFor(volume))
                    .findFirst()
                    .orElseThrow();
        }
        if (!kinds.contains(wanted)) {
            throw new ProblemException(
                    ProblemCode.UNSUPPORTED,
                    "volume '%s' is of the format %s: snapshots of it are of the kind '%s', not '%s'"
                            .formatted(
                                    volume.name(),
                                    subformat == null
                                            ? volume.format()
                                            : volume.format() + " " + subformat,
                                    kinds.stream()
                                            .map(Snapshot.Kind::text)
                                            .collect(Collectors.joining("' or '")),
                                    wanted.text()));
        }
        return wanted;
    }

    private boolean hasRoomFor(Volume volume) {
        return workshop.chains().depth(volume) < workshop.settings().chainDepth()
                && workshop.chains().children(volume).isEmpty();
    }

    /**
     * Asked before the image of a volume gets another one over it.
     *
     * @throws ProblemException with what stands in the way
     */
    void requireRoomFor(Volume volume) {
        workshop.chains().requireNoChildren(volume, "sealed for an external snapshot");
        workshop.snapshots().requireNoneInside(volume);
        var depth = workshop.chains().depth(volume) + 1;
        var allowed = workshop.settings().chainDepth();
        if (depth > allowed) {
            throw new ProblemException(
                    ProblemCode.CHAIN_TOO_DEEP,
                    "with an external snapshot the chain of '%s' would have %d images, where %d are allowed: delete one, flatten the volume, or take another kind"
                            .formatted(volume.name(), depth, allowed),
                    Map.of("depth", depth, "allowed", allowed));
        }
    }
}
