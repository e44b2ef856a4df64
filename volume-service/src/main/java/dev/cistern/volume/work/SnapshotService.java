package dev.cistern.volume.work;

import dev.cistern.common.operation.NewOperation.Requester;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.volume.Dependents;
import dev.cistern.volume.Snapshot;
import dev.cistern.volume.SnapshotName;
import dev.cistern.volume.SnapshotRequest;
import dev.cistern.volume.Snapshots;
import dev.cistern.volume.Volume;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What users do with snapshots of volumes. Each method is in one transaction. */
@Singleton
public class SnapshotService {
    private final VolumeWork work;
    private final VolumeService volumes;
    private final Snapshots snapshots;

    SnapshotService(VolumeWork work, VolumeService volumes) {
        this.work = work;
        this.volumes = volumes;
        this.snapshots = work.workshop().snapshots().rows();
    }

    /**
     * Accepts the taking of a snapshot.
     *
     * @param volume id or {@code POOL:NAME}
     * @param wanted where it is to be; null for as usual
     * @throws ProblemException if there is no such volume, nothing is before this and its state,
     *     file or format does not allow it, the name is taken, its pool is not running, or too much
     *     waits already
     */
    public Operation create(
            String volume,
            SnapshotName name,
            @Nullable String description,
            Snapshot.@Nullable Kind wanted,
            Requester requester) {
        work.runtime().admission().require(requester.tenant());
        return volumes.inTransaction(
                () -> {
                    var of = volumes.existing(volume);
                    var kind = new SnapshotKinds(work.workshop()).of(of, wanted);
                    var id = snapshots.requested(of, name.text(), description, kind);
                    var request =
                            new SnapshotRequest(
                                    SnapshotRequest.CREATE, id, 0, wanted, copies(of, kind));
                    var operation = volumes.change(of, request, Set.of(), List.of(), requester);
                    snapshots.takenBy(id, operation.id());
                    return operation;
                });
    }

    /**
     * Accepts that a snapshot is given up.
     *
     * @param snapshot id or name
     * @throws ProblemException the same, or if there is no such snapshot
     */
    public Operation delete(String volume, String snapshot, Requester requester) {
        return change(SnapshotRequest.DELETE, volume, snapshot, requester);
    }

    /** Accepts that a volume is made what it was; otherwise the same. */
    public Operation revert(String volume, String snapshot, Requester requester) {
        return change(SnapshotRequest.REVERT, volume, snapshot, requester);
    }

    private Operation change(String kind, String volume, String reference, Requester requester) {
        work.runtime().admission().require(requester.tenant());
        return volumes.inTransaction(
                () -> {
                    var of = volumes.existing(volume);
                    var snapshot = snapshots.get(of, reference);
                    var reverts = kind.equals(SnapshotRequest.REVERT);
                    var request =
                            new SnapshotRequest(
                                    kind,
                                    snapshot.id(),
                                    reverts ? snapshot.capacity() : 0,
                                    null,
                                    reverts
                                            ? copies(of, snapshot.kind())
                                            : snapshot.kind() == Snapshot.Kind.EXTERNAL);
                    return volumes.change(
                            of,
                            request,
                            snapshot.takenBy(),
                            reverts ? List.of() : awaited(of, snapshot),
                            requester);
                });
    }

    /** What builds on a snapshot may be gone once what is being done to it has ended. */
    private List<Volume> awaited(Volume of, Snapshot snapshot) {
        if (snapshot.kind() != Snapshot.Kind.EXTERNAL) {
            return List.of();
        }
        var clones = work.workshop().chains().over(snapshot);
        Dependents.refuseIfAny(
                snapshot, of, clones.stream().filter(clone -> !clone.busy()).toList());
        return clones;
    }

    /** A copy takes its time, unless it is by reflink. */
    private boolean copies(Volume volume, Snapshot.Kind kind) {
        return kind == Snapshot.Kind.COPY
                && !work.workshop().pools().get(volume.poolId()).reflinks();
    }

    /** Those of a volume, oldest first. */
    public List<Snapshot> list(String volume) {
        return snapshots.of(volumes.existing(volume).id());
    }

    /** One of them by id or name. */
    public Snapshot get(String volume, String snapshot) {
        return snapshots.get(volumes.existing(volume), snapshot);
    }
}
