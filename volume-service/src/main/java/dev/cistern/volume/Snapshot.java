package dev.cistern.volume;

import dev.cistern.common.message.SnapshotRef;
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
 * @param kind whether it is inside of the image
 * @param imageId what the image knows it by; null before it is there
 * @param capacity bytes that a guest sees in it
 * @param stateBytes length of the machine state saved with it by whoever took it, 0 for none
 * @param operation that takes it, or null for one that was found
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
        boolean current) {

    /** Where it is. */
    public enum Kind {
        /** Inside of the image. */
        INTERNAL,
        /** A file of its own, in Cistern's folder. */
        COPY;

        /** That of snapshots which are taken of images of a format. */
        public static Kind of(String format) {
            return format.equals("qcow2") ? INTERNAL : COPY;
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

    /** As commands name it. */
    public SnapshotRef ref() {
        return new SnapshotRef(id, name, takenAt, imageId);
    }
}
