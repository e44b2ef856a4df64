package dev.cistern.volume.work;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.PoolPlace;
import dev.cistern.common.message.Result;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.problem.Problem;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.volume.Snapshot;
import dev.cistern.volume.Volume;
import java.util.UUID;

/**
 * Brings volumes into other pools. The operation is of the pool that the volume goes to; a row
 * there keeps its name and its capacity until it comes.
 */
record MoveVolume(Workshop workshop) implements Change {
    static final String KIND = "MoveVolume";

    /**
     * To where.
     *
     * @param kept the row that keeps the place
     */
    record Request(String name, UUID kept) {}

    /** What the user sees of a success. */
    private record Moved(UUID volumeId, String pool, String path) {}

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public String verb() {
        return "moved";
    }

    @Override
    public Command.OnImage command(Operation operation, Volume volume, PoolPlace pool) {
        workshop.chains().requireNoChildren(volume, "moved");
        requireNoCopies(volume);
        var from = workshop.pools().get(volume.poolId());
        if (from.closed()) {
            throw new ProblemException(Workshop.closed(from));
        }
        return new Command.MoveVolume(
                pool,
                volume.id(),
                volume.generation(),
                from.place(),
                volume.image(),
                operation.request(Request.class).name(),
                volume.permissions());
    }

    private void requireNoCopies(Volume volume) {
        var copies =
                workshop.snapshots().rows().of(volume.id()).stream()
                        .filter(snapshot -> snapshot.kind() != Snapshot.Kind.INTERNAL)
                        .count();
        if (copies > 0) {
            throw new ProblemException(
                    ProblemCode.VOLUME_STATE,
                    "volume '%s' has %d snapshots that are files in its pool: delete them first, or clone it"
                            .formatted(volume.name(), copies));
        }
    }

    /** By now the ledger of the first pool has what the volume has. */
    @Override
    public void completed(Operation operation, Volume before, Result.OfFile result) {
        var kept = operation.request(Request.class).kept();
        workshop.ledger()
                .release(
                        operation.pool(),
                        workshop.volumes().standForPlace(kept, before.poolId(), before.name()));
        var capacity = result.file().capacity();
        if (workshop.volumes().moved(before.id(), operation.pool(), result.file().name())) {
            workshop.ledger().release(before.poolId(), capacity);
            workshop.ledger().count(operation.pool(), capacity);
        }
    }

    @Override
    public void failed(Operation operation, Problem problem) {
        var kept = operation.request(Request.class).kept();
        workshop.ledger().release(operation.pool(), workshop.volumes().letNameGo(kept));
    }

    @Override
    public Object shown(Operation operation, Volume now, Result.OfFile result) {
        return new Moved(now.id(), now.pool(), now.path());
    }
}
