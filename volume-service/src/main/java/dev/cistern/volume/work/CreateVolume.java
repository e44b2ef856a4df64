package dev.cistern.volume.work;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.FileFacts;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.message.Result;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.operation.Turn;
import dev.cistern.common.operation.UseCase;
import dev.cistern.common.problem.Problem;
import dev.cistern.volume.Newborn;
import dev.cistern.volume.PoolView;
import dev.cistern.volume.Volume;
import dev.cistern.volume.VolumeEntries;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

    /** Nothing can be before it, so it was entered with its command and never waited. */
    @Override
    public Turn begin(Operation operation) {
        throw new IllegalStateException("operation %s has no command".formatted(operation.id()));
    }

    /** The command for a volume that was entered just now in a pool that is open. */
    static Command of(PoolView pool, VolumeEntries.Entry volume, ImageOptions options) {
        return new Command.CreateVolume(
                pool.place(),
                volume.id(),
                Volume.FIRST_GENERATION,
                volume.name(),
                volume.format(),
                volume.capacity(),
                volume.permissions(),
                options);
    }

    @Override
    public Turn completed(Operation operation, Result result) {
        return completedAll(List.of(new Completion(operation, result))).getFirst();
    }

    @Override
    public List<Turn> completedAll(List<Completion> all) {
        var files = new LinkedHashMap<Operation, FileFacts>();
        all.forEach(done -> files.put(done.operation(), file(done)));
        var newborn = new Births(workshop).born(files);
        return all.stream().map(done -> success(newborn, done)).toList();
    }

    private static FileFacts file(Completion done) {
        if (done.result() instanceof Result.VolumeCreated(var id, var file)
                && id.equals(done.operation().target())) {
            return file;
        }
        throw Workshop.unexpected(done.operation(), done.result());
    }

    private Turn success(Map<UUID, Newborn> newborn, Completion done) {
        var id = done.operation().target();
        var volume = newborn.get(id);
        var path = volume == null ? workshop.volumes().get(id).path() : volume.path();
        var file = file(done);
        return new Turn.Finish(new Created(id, path, file.capacity(), file.allocation()));
    }

    @Override
    public void failed(Operation operation, Problem problem) {
        new Births(workshop).notBorn(operation, problem);
    }
}
