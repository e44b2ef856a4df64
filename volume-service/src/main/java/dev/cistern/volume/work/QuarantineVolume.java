package dev.cistern.volume.work;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.operation.Turn;
import dev.cistern.common.problem.Problem;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.volume.PoolView;
import dev.cistern.volume.Volume;
import dev.cistern.volume.VolumeState;
import java.util.UUID;

/**
 * Has a worker put the file aside that is under a volume's name, whatever it is, from where it can
 * be restored for as long as nobody purges it.
 */
record QuarantineVolume(Workshop workshop, OrphanStock orphans) implements InPool {
    static final String KIND = "QuarantineVolume";

    /** What the user sees of a success. */
    private record Quarantined(UUID volumeId) {}

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public Turn begin(Operation operation, PoolView pool) {
        var volume = workshop.volumes().get(operation.target());
        if (volume.state() != VolumeState.AVAILABLE || volume.missing()) {
            return new Turn.Fail(noFile(volume));
        }
        workshop.chains().requireNoDependents(volume, "put aside");
        workshop.volumes().deleting(volume.id());
        return new Turn.Send(
                new Command.TrashVolume(
                        pool.place(),
                        volume.id(),
                        volume.generation() + 1,
                        orphans.volumes().found(volume)));
    }

    private static Problem noFile(Volume volume) {
        return Problem.of(
                ProblemCode.VOLUME_STATE,
                "volume '%s' is %s and has no file that could be put aside"
                        .formatted(
                                volume.name(),
                                volume.missing() ? "missing" : volume.state().text()));
    }

    @Override
    public Turn completed(Operation operation, Result result) {
        if (!(result instanceof Result.VolumeTrashed(var id))
                || !(operation.sentCommand() instanceof Command.TrashVolume sent)) {
            throw Workshop.unexpected(operation, result);
        }
        var before = workshop.volumes().get(id);
        if (orphans.volumes().quarantined(id, sent.image())) {
            var now = workshop.volumes().get(id);
            workshop.ledger().count(now.poolId(), now.capacity() - before.capacity());
            workshop.events().publish("quarantined", id, before.state(), operation);
        }
        return new Turn.Finish(new Quarantined(id));
    }

    @Override
    public void failed(Operation operation, Problem problem) {
        workshop.remains(operation, problem);
    }
}
