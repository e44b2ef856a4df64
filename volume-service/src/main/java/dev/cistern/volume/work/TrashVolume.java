package dev.cistern.volume.work;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Result;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.operation.Turn;
import dev.cistern.common.problem.Problem;
import dev.cistern.volume.PoolView;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/** Has a worker put the file of a volume aside, from where it can be restored for a while. */
record TrashVolume(Workshop workshop) implements InPool {
    static final String KIND = "TrashVolume";

    /** For how long. */
    record Request(long keptSeconds) {}

    /** What the user sees of a success. */
    private record Trashed(UUID volumeId, Instant until) {}

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public Turn begin(Operation operation, PoolView pool) {
        var volume = workshop.volumes().get(operation.target());
        volume.requireFile();
        workshop.chains().requireNoDependents(volume, "deleted");
        workshop.volumes().deleting(volume.id());
        return new Turn.Send(
                new Command.TrashVolume(
                        pool.place(), volume.id(), volume.generation() + 1, volume.image()));
    }

    @Override
    public Turn completed(Operation operation, Result result) {
        if (!(result instanceof Result.VolumeTrashed(var id))) {
            throw Workshop.unexpected(operation, result);
        }
        var kept = Duration.ofSeconds(operation.request(Request.class).keptSeconds());
        var before = workshop.volumes().get(id);
        if (workshop.trash().trashed(id, kept)) {
            workshop.events().publish("trashed", id, before.state(), operation);
        }
        return new Turn.Finish(new Trashed(id, Instant.now().plus(kept)));
    }

    @Override
    public void failed(Operation operation, Problem problem) {
        workshop.remains(operation, problem);
    }
}
