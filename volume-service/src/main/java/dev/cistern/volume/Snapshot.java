package dev.cistern.volume;

import dev.cistern.common.message.SealedFile;
import dev.cistern.common.message.SnapshotRef;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import java.time.Instant;
import java.util.List;
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
 * @param allocation bytes that the host spends on its files if it is in files of its own and that
 *     was told, else null
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
        @Nullable Long allocation,
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
         * Those of snapshots that are taken of images, the usual one first.
         *
         * @param subformat of vmdk; null if that is not known
         */
        public static List<Kind> of(String format, @Nullable String subformat) {
            return switch (format) {
                case "qcow2" -> List.of(INTERNAL, EXTERNAL);
                case "vmdk" ->
                        "monolithicSparse".equals(subformat)
                                ? List.of(EXTERNAL, COPY)
                                : List.of(COPY);
                default -> List.of(COPY);
            };
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

    /**
     * Refuses that another image is laid over it, unless it is a file in the pool's folder.
     *
     * @param of whose it is
     * @throws ProblemException with the way out
     */
    public void requireLinkable(Volume of) {
        var reason =
                switch (kind) {
                    case EXTERNAL -> null;
                    case INTERNAL ->
                            "is inside of the image, where no other image can be over it: clone it in full, or take an external snapshot and link to that";
                    case COPY ->
                            "is a copy in a folder where no image of the pool is over it: clone it in full";
                };
        if (reason != null) {
            throw new ProblemException(
                    ProblemCode.UNSUPPORTED,
                    "snapshot '%s' of volume '%s' %s".formatted(name, of.name(), reason));
        }
    }

    /** The name of the file of an external one of a volume of a format. */
    public String file(String format) {
        return SealedFile.name(volume, id, format);
    }

    /** As commands name it. */
    public SnapshotRef ref() {
        return new SnapshotRef(id, name, takenAt, imageId);
    }
}
