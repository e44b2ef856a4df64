package dev.cistern.volume.work;

import dev.cistern.common.message.FileFacts;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.problem.Problem;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.volume.Volume;
import dev.cistern.volume.VolumeEvents.News;
import dev.cistern.volume.VolumeState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/** What becomes of the rows and the reservations of volumes that workers were to make. */
record Births(Workshop workshop) {

    /**
     * The images of different volumes are published.
     *
     * @param files of the operations that made them
     * @return the volumes as they were before, by id
     */
    Map<UUID, Volume> born(Map<Operation, FileFacts> files) {
        var byId = new LinkedHashMap<UUID, FileFacts>();
        files.forEach((operation, file) -> byId.put(operation.target(), file));
        var before = workshop.volumes().get(byId.keySet());
        byId.keySet().retainAll(workshop.volumes().created(byId));
        workshop.images().made(byId);
        count(byId, before);
        var news = new LinkedHashMap<News, Operation>();
        for (var operation : files.keySet()) {
            var file = byId.get(operation.target());
            if (file != null) {
                if (!file.snapshots().isEmpty()) {
                    workshop.snapshots().takeIn(operation.target(), file.snapshots(), operation);
                }
                news.put(new News(operation.target(), known(before, operation).state()), operation);
            }
        }
        workshop.events().publish("created", news);
        return before;
    }

    /** Capacity was promised as it was asked for, and counts as it has become. */
    private void count(Map<UUID, FileFacts> born, Map<UUID, Volume> before) {
        var changes = new HashMap<UUID, List<Long>>();
        born.forEach(
                (id, file) -> {
                    var volume = Objects.requireNonNull(before.get(id));
                    var promised = volume.state() == VolumeState.CREATING ? volume.capacity() : 0;
                    changes.computeIfAbsent(volume.poolId(), _ -> new ArrayList<>())
                            .add(file.capacity() - promised);
                });
        changes.forEach(workshop.ledger()::count);
    }

    private static Volume known(Map<UUID, Volume> volumes, Operation operation) {
        return Objects.requireNonNull(volumes.get(operation.target()));
    }

    /** There is no image of it. */
    void notBorn(Operation operation, Problem problem) {
        notBorn(
                operation,
                problem,
                problem.code() == ProblemCode.CANCELLED ? VolumeState.DELETED : VolumeState.ERROR);
    }

    /** No worker was ever asked for an image of it, so nobody need see to what is left. */
    void neverBegun(Operation operation, Problem problem) {
        notBorn(operation, problem, VolumeState.DELETED);
    }

    private void notBorn(Operation operation, Problem problem, VolumeState end) {
        var volume = workshop.volumes().get(operation.target());
        if (workshop.volumes().notCreated(volume.id(), end)) {
            workshop.ledger().release(volume.poolId(), volume.capacity());
            workshop.events()
                    .publish("failed", volume.id(), VolumeState.CREATING, operation, problem);
        }
        workshop.tellIfUnreachable(operation, problem);
    }
}
