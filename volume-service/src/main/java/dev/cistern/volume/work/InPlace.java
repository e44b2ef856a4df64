package dev.cistern.volume.work;

import dev.cistern.common.message.Result;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.operation.Turn;
import dev.cistern.common.problem.Problem;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.volume.PoolView;
import dev.cistern.volume.VolumeState;
import java.util.UUID;

/**
 * Has a worker change the file of a volume where it is. Whatever comes of it the volume stays
 * available; its row and the ledger take in what the file has become.
 */
record InPlace(Workshop workshop, Change change) implements InPool {

    @Override
    public String kind() {
        return change.kind();
    }

    @Override
    public Turn begin(Operation operation, PoolView pool) {
        workshop.volumes().get(operation.target()).requireFile();
        workshop.volumes().commanded(operation.target());
        var commanded = workshop.volumes().get(operation.target());
        return new Turn.Send(change.command(operation, commanded, pool.place()));
    }

    @Override
    public Turn completed(Operation operation, Result result) {
        if (!(result instanceof Result.OfFile done)) {
            throw Workshop.unexpected(operation, result);
        }
        var before = workshop.volumes().get(operation.target());
        if (workshop.volumes().changed(before.id(), done.file())) {
            workshop.ledger().count(before.poolId(), done.file().capacity() - before.capacity());
            change.completed(operation, before, done);
            workshop.images().seen(before.id(), done.file());
            workshop.snapshots().takeIn(before.id(), done.file().snapshots(), operation);
            workshop.events().publish(change.verb(), before.id(), before.state(), operation);
        }
        workshop.holds().letGo(operation.id());
        var now = workshop.volumes().get(before.id());
        return new Turn.Finish(change.shown(operation, now, done));
    }

    @Override
    public void failed(Operation operation, Problem problem) {
        workshop.holds().letGo(operation.id());
        change.failed(operation, problem);
        noteLost(operation, problem.code());
        workshop.tellIfUnreachable(operation, problem);
    }

    private void noteLost(Operation operation, ProblemCode code) {
        switch (code) {
            case VOLUME_MISSING -> noteLost(operation, operation.target(), true);
            case VOLUME_DRIFTED -> noteLost(operation, operation.target(), false);
            default -> {}
        }
    }

    private void noteLost(Operation operation, UUID volume, boolean missing) {
        if (operation.command() != null && workshop.volumes().lost(volume, missing)) {
            workshop.events()
                    .publish(
                            missing ? "missing" : "drifted",
                            volume,
                            VolumeState.AVAILABLE,
                            operation);
        }
    }
}
