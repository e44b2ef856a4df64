package dev.cistern.volume.work;

import dev.cistern.common.message.FileFacts;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.problem.Problem;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.volume.Newborn;
import dev.cistern.volume.VolumeEvents.NumberedNews;
import dev.cistern.volume.VolumeState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What becomes of the rows and the reservations of volumes that workers were to make. */
record Births(Workshop workshop) {

    /**
     * The images of different volumes are published.
     *
     * @param files of the operations that made them
     * @return the volumes of which that is news, by id
     */
    Map<UUID, Newborn> born(Map<Operation, FileFacts> files) {
        var byId = new LinkedHashMap<UUID, FileFacts>();
        files.forEach((operation, file) -> byId.put(operation.target(), file));
        var newborn = new HashMap<UUID, Newborn>();
        workshop.volumes()
                .created(byId)
                .forEach(volume -> newborn.put(volume.volume().id(), volume));
        byId.keySet().retainAll(newborn.keySet());
        workshop.images().made(byId);
        count(newborn.values());
        announce(files, newborn);
        return newborn;
    }

    private void announce(Map<Operation, FileFacts> files, Map<UUID, Newborn> newborn) {
        var news = new ArrayList<NumberedNews>();
        files.forEach(
                (operation, file) -> {
                    var volume = newborn.get(operation.target());
                    if (volume != null) {
                        if (!file.snapshots().isEmpty()) {
                            workshop.snapshots()
                                    .takeIn(operation.target(), file.snapshots(), operation);
                        }
                        news.add(new NumberedNews(volume.volume(), volume.before(), operation));
                    }
                });
        workshop.events().publish("created", news);
    }

    /** Capacity was promised as it was asked for, and counts as it has become. */
    private void count(Collection<Newborn> born) {
        var changes = new HashMap<UUID, List<Long>>();
        for (var newborn : born) {
            changes.computeIfAbsent(newborn.volume().poolId(), _ -> new ArrayList<>())
                    .add(newborn.volume().capacity() - newborn.promised());
        }
        changes.forEach(workshop.ledger()::count);
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
