package dev.cistern.volume.work;

import dev.cistern.common.message.SnapshotFacts;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.volume.Snapshot;
import dev.cistern.volume.SnapshotEvents;
import dev.cistern.volume.Snapshots;
import dev.cistern.volume.Volume;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Brings the rows of a volume's snapshots in line with what its image has: what others took is
 * adopted, what others deleted is gone. Name and time tell which is which. Copies are Cistern's
 * own.
 */
record SnapshotStock(Snapshots rows, SnapshotEvents events) {
    /** A worker reports no more of one image than this. */
    private static final int MOST_REPORTED = 500;

    /** What an image has of a snapshot. */
    static Optional<SnapshotFacts> find(List<SnapshotFacts> facts, Snapshot snapshot) {
        return facts.stream().filter(each -> isSame(each, snapshot)).findFirst();
    }

    private static boolean isSame(SnapshotFacts facts, Snapshot snapshot) {
        return facts.name().equals(snapshot.name())
                && micros(facts.taken()).equals(micros(snapshot.takenAt()));
    }

    private static Instant micros(Instant time) {
        return time.truncatedTo(ChronoUnit.MICROS);
    }

    /**
     * A snapshot that is there.
     *
     * @throws ProblemException if it is not, any more or after all
     */
    Snapshot there(UUID id, Volume volume) {
        var snapshot = rows.get(id);
        if (snapshot.state() != Snapshot.State.AVAILABLE) {
            throw new ProblemException(
                    ProblemCode.SNAPSHOT_NOT_FOUND,
                    "snapshot '%s' of volume '%s' is not there any more"
                            .formatted(snapshot.name(), volume.name()));
        }
        return snapshot;
    }

    /**
     * Refuses that the image of a volume is sealed, or given up for another: what is inside of it
     * cannot be reverted to any more.
     */
    void requireNoneInside(Volume volume) {
        var inside =
                rows.of(volume.id()).stream()
                        .filter(each -> each.state() == Snapshot.State.AVAILABLE)
                        .filter(each -> each.kind() == Snapshot.Kind.INTERNAL)
                        .count();
        if (inside > 0) {
            throw new ProblemException(
                    ProblemCode.VOLUME_STATE,
                    "volume '%s' has %d internal snapshots, which can be had only while its image stays in place: delete them first"
                            .formatted(volume.name(), inside));
        }
    }

    /**
     * Asked where a volume is about to lose what its snapshots were of.
     *
     * @throws ProblemException if it has any
     */
    void requireNone(Volume volume) {
        var count = rows.of(volume.id()).size();
        if (count > 0) {
            throw new ProblemException(
                    ProblemCode.VOLUME_STATE,
                    "volume '%s' has %d snapshots, which it would not have any more: delete them first, or clone it"
                            .formatted(volume.name(), count));
        }
    }

    /** Takes in what the image of a volume was seen to have. */
    void takeIn(UUID volume, List<SnapshotFacts> facts, Operation operation) {
        var known =
                rows.of(volume).stream()
                        .filter(each -> each.state() == Snapshot.State.AVAILABLE)
                        .filter(each -> each.kind() == Snapshot.Kind.INTERNAL)
                        .toList();
        for (var each : facts) {
            if (known.stream().noneMatch(row -> isSame(each, row))) {
                events.publish("adopted", rows.found(volume, each), operation);
            }
        }
        if (facts.size() < MOST_REPORTED) {
            known.stream()
                    .filter(row -> find(facts, row).isEmpty())
                    .forEach(row -> gone(row.id(), operation));
        }
    }

    /** A snapshot is not there any more. */
    void gone(UUID snapshot, Operation operation) {
        if (rows.deleted(snapshot)) {
            events.publish("deleted", snapshot, operation);
        }
    }

    /** The volume is deleted, and its snapshots with it. */
    void allGone(UUID volume, Operation operation) {
        rows.of(volume).stream()
                .filter(each -> each.state() == Snapshot.State.AVAILABLE)
                .forEach(each -> gone(each.id(), operation));
    }
}
