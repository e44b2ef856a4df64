package dev.cistern.volume.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.cistern.volume.Snapshot;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot as the API shows it; sizes in bytes.
 *
 * @param children the snapshots taken when the volume was at this one; they come to be on top of
 *     its parent when it is deleted
 * @param current whether the volume was last at this one
 * @param allocation bytes that the host spends on it if it is in files of its own, beside the
 *     volume's
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SnapshotView(
        UUID id,
        String name,
        @Nullable String description,
        UUID volumeId,
        String state,
        String kind,
        @Nullable UUID parent,
        List<UUID> children,
        boolean current,
        long capacity,
        @Nullable Long allocation,
        long stateBytes,
        Instant takenAt) {

    /** One of the snapshots of a volume. */
    static SnapshotView of(Snapshot snapshot, List<Snapshot> all) {
        return new SnapshotView(
                snapshot.id(),
                snapshot.name(),
                snapshot.description(),
                snapshot.volume(),
                snapshot.state().text(),
                snapshot.kind().text(),
                snapshot.parent(),
                all.stream()
                        .filter(each -> snapshot.id().equals(each.parent()))
                        .map(Snapshot::id)
                        .toList(),
                snapshot.current(),
                snapshot.capacity(),
                snapshot.allocation(),
                snapshot.stateBytes(),
                snapshot.takenAt());
    }
}
