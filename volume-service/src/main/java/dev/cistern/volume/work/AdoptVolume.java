package dev.cistern.volume.work;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.FileFacts;
import dev.cistern.common.message.Result;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.operation.Turn;
import dev.cistern.common.problem.Problem;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.volume.PoolView;
import dev.cistern.volume.Volume;
import dev.cistern.volume.VolumeState;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Has a worker take a file for a volume's: the one that took the place of its own, or a leftover of
 * which a new volume is made.
 */
record AdoptVolume(Workshop workshop, OrphanStock orphans) implements InPool {
    static final String KIND = "AdoptVolume";

    /**
     * Which file.
     *
     * @param leftover that it is, or null
     * @param kept its name there, or null
     */
    record Request(long inode, @Nullable UUID leftover, @Nullable String kept) {}

    /** What the user sees of a success. */
    private record Adopted(UUID volumeId, String path) {}

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public Turn begin(Operation operation, PoolView pool) {
        var request = operation.request(Request.class);
        var volume = workshop.volumes().get(operation.target());
        var generation = volume.generation();
        if (request.leftover() == null) {
            if (!volume.drifted() || !workshop.volumes().commanded(volume.id())) {
                return new Turn.Fail(noLonger(volume));
            }
            generation++;
        }
        return new Turn.Send(
                new Command.AdoptFile(
                        pool.place(),
                        volume.id(),
                        generation,
                        volume.name(),
                        request.inode(),
                        request.kept()));
    }

    private static Problem noLonger(Volume volume) {
        return Problem.of(
                ProblemCode.VOLUME_STATE,
                "volume '%s' is %s and has not drifted any more"
                        .formatted(volume.name(), volume.state().text()));
    }

    @Override
    public Turn completed(Operation operation, Result result) {
        if (!(result instanceof Result.VolumeChanged(var id, var file, _))) {
            throw Workshop.unexpected(operation, result);
        }
        var before = workshop.volumes().get(id);
        if (orphans.volumes().adopted(id, file)) {
            takeIn(operation, before, file);
        }
        var leftover = operation.request(Request.class).leftover();
        if (leftover != null) {
            orphans.ended("adopted", leftover, id, operation);
        }
        return new Turn.Finish(new Adopted(id, workshop.volumes().get(id).path()));
    }

    private void takeIn(Operation operation, Volume before, FileFacts file) {
        var counted =
                switch (before.state()) {
                    case CREATING, AVAILABLE -> before.capacity();
                    case DELETING, TRASHED, DELETED, ERROR -> 0;
                };
        workshop.ledger().count(before.poolId(), file.capacity() - counted);
        workshop.images().seen(before.id(), file);
        workshop.snapshots().takeIn(before.id(), file.snapshots(), operation);
        workshop.events().publish("adopted", before.id(), before.state(), operation);
    }

    @Override
    public void failed(Operation operation, Problem problem) {
        var volume = workshop.volumes().get(operation.target());
        if (workshop.volumes().notCreated(volume.id(), VolumeState.DELETED)) {
            workshop.ledger().release(volume.poolId(), volume.capacity());
            workshop.events()
                    .publish("failed", volume.id(), VolumeState.CREATING, operation, problem);
        }
        workshop.tellIfUnreachable(operation, problem);
    }
}
