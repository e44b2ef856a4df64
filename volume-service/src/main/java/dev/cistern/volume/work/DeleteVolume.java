package dev.cistern.volume.work;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.operation.Turn;
import dev.cistern.common.operation.UseCase;
import dev.cistern.common.problem.Problem;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.volume.Volume;
import dev.cistern.volume.VolumeState;
import java.util.Map;

/** Has a worker take the file of a volume away. */
record DeleteVolume(Workshop workshop) implements UseCase {
    static final String KIND = "DeleteVolume";

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public Turn begin(Operation operation) {
        var volume = workshop.volumes().get(operation.target());
        return switch (volume.state()) {
            case AVAILABLE, TRASHED -> send(operation, volume);
            case ERROR -> {
                workshop.volumes().deleted(volume.id());
                workshop.events().publish("deleted", volume.id(), VolumeState.ERROR, operation);
                yield new Turn.Finish(Map.of("volumeId", volume.id()));
            }
            case CREATING, DELETING, DELETED ->
                    new Turn.Fail(
                            Problem.of(
                                    ProblemCode.VOLUME_STATE,
                                    "volume '%s' is %s and cannot be deleted"
                                            .formatted(volume.name(), volume.state().text())));
        };
    }

    private Turn send(Operation operation, Volume volume) {
        var pool = workshop.pool(operation);
        if (pool.closed()) {
            return new Turn.Fail(Workshop.closed(pool));
        }
        return new Turn.Send(
                new Command.DeleteVolume(
                        pool.place(), volume.id(), leaving(volume), volume.name(), volume.inode()));
    }

    /** The generation with which its file goes. */
    private long leaving(Volume volume) {
        if (volume.state() == VolumeState.TRASHED) {
            return workshop.trash().leaving(volume.id()).orElseThrow();
        }
        workshop.chains().requireNoDependents(volume, "deleted");
        workshop.volumes().deleting(volume.id());
        return volume.generation() + 1;
    }

    @Override
    public Turn completed(Operation operation, Result result) {
        if (!(result instanceof Result.VolumeDeleted(var id))) {
            throw Workshop.unexpected(operation, result);
        }
        var before = workshop.volumes().get(id);
        if (workshop.volumes().deleted(id)) {
            workshop.ledger().release(before.poolId(), before.capacity());
            workshop.snapshots().allGone(id, operation);
            workshop.events().publish("deleted", id, before.state(), operation);
        }
        return new Turn.Finish(Map.of("volumeId", id));
    }

    @Override
    public void failed(Operation operation, Problem problem) {
        workshop.remains(operation, problem);
    }
}
