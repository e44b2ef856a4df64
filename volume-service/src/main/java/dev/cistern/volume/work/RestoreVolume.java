package dev.cistern.volume.work;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.ImageRef;
import dev.cistern.common.message.Result;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.operation.Turn;
import dev.cistern.common.problem.Problem;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.volume.PoolView;
import dev.cistern.volume.Volume;
import java.util.UUID;

/** Has a worker bring the file of a volume back from the trash. */
record RestoreVolume(Workshop workshop) implements InPool {
    static final String KIND = "RestoreVolume";

    /**
     * As what.
     *
     * @param kept the row that keeps the name
     */
    record Request(String name, UUID kept) {}

    /** What the user sees of a success. */
    private record Restored(UUID volumeId, String path) {}

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public Turn begin(Operation operation, PoolView pool) {
        var volume = workshop.volumes().get(operation.target());
        var generation =
                workshop.trash().leaving(volume.id()).orElseThrow(() -> notInTrash(volume));
        return new Turn.Send(
                new Command.RestoreVolume(
                        pool.place(),
                        volume.id(),
                        generation,
                        new ImageRef(
                                operation.request(Request.class).name(),
                                volume.format(),
                                volume.inode())));
    }

    static ProblemException notInTrash(Volume volume) {
        return new ProblemException(
                ProblemCode.VOLUME_STATE,
                "volume '%s' is %s, not in the trash, and cannot be restored"
                        .formatted(volume.name(), volume.state().text()));
    }

    @Override
    public Turn completed(Operation operation, Result result) {
        if (!(result instanceof Result.VolumeChanged(var id, var file, _))) {
            throw Workshop.unexpected(operation, result);
        }
        workshop.volumes().letNameGo(operation.request(Request.class).kept());
        var before = workshop.volumes().get(id);
        if (workshop.trash().restored(id, file)) {
            workshop.events().publish("restored", id, before.state(), operation);
        }
        return new Turn.Finish(new Restored(id, workshop.volumes().get(id).path()));
    }

    @Override
    public void failed(Operation operation, Problem problem) {
        workshop.volumes().letNameGo(operation.request(Request.class).kept());
        workshop.tellIfUnreachable(operation, problem);
    }
}
