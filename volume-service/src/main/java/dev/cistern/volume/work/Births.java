package dev.cistern.volume.work;

import dev.cistern.common.message.FileFacts;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.problem.Problem;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.volume.VolumeState;
import java.util.UUID;

/** What becomes of the row and the reservation of a volume that a worker was to make. */
record Births(Workshop workshop) {

    /** Its image is published. */
    void born(Operation operation, UUID id, FileFacts file) {
        var before = workshop.volumes().get(id);
        if (workshop.volumes().created(id, file)) {
            workshop.images().made(id, file);
            var counted = before.state() == VolumeState.CREATING ? before.capacity() : 0;
            workshop.ledger().count(before.poolId(), file.capacity() - counted);
            if (!file.snapshots().isEmpty()) {
                workshop.snapshots().takeIn(id, file.snapshots(), operation);
            }
            workshop.events().publish("created", id, before.state(), operation);
        }
    }

    /** There is no image of it. */
    void notBorn(Operation operation, Problem problem) {
        var volume = workshop.volumes().get(operation.target());
        var end = problem.code() == ProblemCode.CANCELLED ? VolumeState.DELETED : VolumeState.ERROR;
        if (workshop.volumes().notCreated(volume.id(), end)) {
            workshop.ledger().release(volume.poolId(), volume.capacity());
            workshop.events()
                    .publish("failed", volume.id(), VolumeState.CREATING, operation, problem);
        }
        workshop.tellIfUnreachable(operation, problem);
    }
}
