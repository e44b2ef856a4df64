package dev.cistern.volume.work;

import dev.cistern.common.message.InternalEvent;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.operation.OperationState;
import dev.cistern.common.outbox.Outbox;
import dev.cistern.common.outbox.OutboxMessage;
import dev.cistern.common.problem.Problem;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.volume.Chains;
import dev.cistern.volume.Holds;
import dev.cistern.volume.Images;
import dev.cistern.volume.Ledger;
import dev.cistern.volume.Origin;
import dev.cistern.volume.PoolView;
import dev.cistern.volume.PoolViews;
import dev.cistern.volume.Volume;
import dev.cistern.volume.VolumeEvents;
import dev.cistern.volume.VolumeSettings;
import dev.cistern.volume.VolumeState;
import dev.cistern.volume.VolumeTrash;
import dev.cistern.volume.Volumes;
import java.util.Optional;

/** What the use cases work with. */
record Workshop(
        Volumes volumes,
        VolumeTrash trash,
        PoolViews pools,
        Ledger ledger,
        Holds holds,
        SnapshotStock snapshots,
        Images images,
        VolumeEvents events,
        Outbox outbox,
        Chains chains,
        VolumeSettings settings) {

    PoolView pool(Operation operation) {
        return pools.get(operation.pool());
    }

    /** What is known of a volume whose image is to be cloned. */
    Origin origin(Volume volume) {
        return Origin.of(volume, images.of(volume.id()).options());
    }

    void tell(InternalEvent event) {
        outbox.send(OutboxMessage.internal(event));
    }

    /**
     * A worker that does not find the pool's folder, or finds another's in its place, is news for
     * pool-service, of the epoch in which it looked.
     */
    void tellIfUnreachable(Operation operation, Problem problem) {
        var ofFolder =
                problem.code() == ProblemCode.POOL_INACCESSIBLE
                        || problem.code() == ProblemCode.POOL_FOREIGN;
        if (ofFolder && operation.command() != null) {
            var seen = operation.sentCommand().pool();
            tell(new InternalEvent.PoolUnreachable(seen.poolId(), seen.epoch(), problem));
        }
    }

    /** A volume whose file was to go has it still, or has another in its place. */
    void remains(Operation operation, Problem problem) {
        if (operation.state() == OperationState.WAITING) {
            return;
        }
        var before = volumes.get(operation.target());
        var drifted = problem.code() == ProblemCode.VOLUME_DRIFTED;
        if (volumes.kept(before.id(), drifted) && drifted && !before.drifted()) {
            events.publish("drifted", before.id(), VolumeState.DELETING, operation);
        }
        tellIfUnreachable(operation, problem);
    }

    /** Why nothing of one pool can be brought into another; empty if both take work. */
    static Optional<Problem> closed(PoolView from, PoolView to) {
        return to.closed()
                ? Optional.of(closed(to))
                : from.closed() ? Optional.of(closed(from)) : Optional.empty();
    }

    static Problem closed(PoolView pool) {
        return Problem.of(
                ProblemCode.POOL_NOT_RUNNING,
                "storage pool '%s' was stopped before this could begin".formatted(pool.name()));
    }

    static IllegalStateException unexpected(Operation operation, Object result) {
        return new IllegalStateException(
                "%s of %s ended in %s".formatted(operation.kind(), operation.targetName(), result));
    }
}
