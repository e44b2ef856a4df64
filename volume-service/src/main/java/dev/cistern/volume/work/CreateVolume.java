package dev.cistern.volume.work;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.message.Result;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.operation.Turn;
import dev.cistern.common.operation.UseCase;
import dev.cistern.common.problem.Problem;
import java.util.UUID;

/** Has a worker make the file of a volume whose row and reservation are there already. */
record CreateVolume(Workshop workshop) implements UseCase {
    static final String KIND = "CreateVolume";

    @Override
    public String kind() {
        return KIND;
    }

    /** What the user sees of a success. */
    private record Created(UUID volumeId, String path, long capacity, long allocation) {}

    @Override
    public Turn begin(Operation operation) {
        var pool = workshop.pool(operation);
        if (pool.closed()) {
            return new Turn.Fail(Workshop.closed(pool));
        }
        var volume = workshop.volumes().get(operation.target());
        return new Turn.Send(
                new Command.CreateVolume(
                        pool.place(),
                        volume.id(),
                        volume.generation(),
                        volume.name(),
                        volume.format(),
                        volume.capacity(),
                        volume.permissions(),
                        operation.request(ImageOptions.class)));
    }

    @Override
    public Turn completed(Operation operation, Result result) {
        if (!(result instanceof Result.VolumeCreated(var id, var file))) {
            throw Workshop.unexpected(operation, result);
        }
        new Births(workshop).born(operation, id, file);
        return new Turn.Finish(
                new Created(
                        id, workshop.volumes().get(id).path(), file.capacity(), file.allocation()));
    }

    @Override
    public void failed(Operation operation, Problem problem) {
        new Births(workshop).notBorn(operation, problem);
    }
}
