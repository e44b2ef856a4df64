package dev.cistern.volume;

import dev.cistern.common.message.SealedFile;
import dev.cistern.common.message.SnapshotRef;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot of a volume, as its row has it.
 *
 * @param position orders the snapshots of a volume
 * @param parent the snapshot that the volume was at when this one was taken, or null
 * @param kind where it is
 * @param imageId what the image knows it by; null before it is there
 * @param capacity bytes that a guest sees in it
 * @param stateBytes length of the machine state saved with it by whoever took it, 0 for none
 * @param operation that takes it, or null for one that was found
 * @param backingFile what the file of an external one builds on, as that names it
 * @param current whether the volume was last at this one
 */
public record Snapshot(
        UUID id,
        long position,
        UUID volume,
        String name,
        @Nullable String description,
        @Nullable UUID parent,
        State state,
        Kind kind,
        @Nullable String imageId,
        long capacity,
        long stateBytes,
        Instant takenAt,
        @Nullable UUID operation,
        @Nullable String backingFile,
        boolean current) {

    /** Where it is. */
    public enum Kind {
        /** Inside of the image. */
        INTERNAL,
        /** A file of its own, in Cistern's folder. */
        COPY,
        /** What the image's file was; the volume is over it. */
        EXTERNAL;

        /**
         * That of a snapshot which is taken of a volume.
         *
         * @param wanted null for the usual one of its format
         * @throws ProblemException if there are none such of its format
         */
        public static Kind of(Volume volume, @Nullable Kind wanted) {
            var inside = volume.format().equals("qcow2");
            var usual = inside ? INTERNAL : COPY;
            if (wanted == null || wanted == usual || (wanted == EXTERNAL && inside)) {
                return wanted == null ? usual : wanted;
            }
            throw new ProblemException(
                    ProblemCode.UNSUPPORTED,
                    "volume '%s' is of the format %s, of which snapshots are of the kind %s, not '%s'"
                            .formatted(
                                    volume.name(),
                                    volume.format(),
                                    inside ? "'internal' or 'external'" : "'copy'",
                                    wanted.text()));
        }

        /** As the API writes it. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Where it stands in its life. */
    public enum State {
        CREATING,
        AVAILABLE,
        DELETED,
        /** It could not be taken. */
        ERROR;

        /** As the API writes it. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What takes it, if that has not ended. */
    public Set<UUID> takenBy() {
        return state == State.CREATING && operation != null ? Set.of(operation) : Set.of();
    }

    /** The name of the file of an external one. */
    public String file() {
        return SealedFile.name(volume, id);
    }

    /** As commands name it. */
    public SnapshotRef ref() {
        return new SnapshotRef(id, name, takenAt, imageId);
    }
}
