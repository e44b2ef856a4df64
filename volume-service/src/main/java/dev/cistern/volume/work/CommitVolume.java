package dev.cistern.volume.work;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.FileFacts;
import dev.cistern.common.message.PoolPlace;
import dev.cistern.common.message.Result;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.volume.Chains;
import dev.cistern.volume.Dependents;
import dev.cistern.volume.Volume;
import dev.cistern.volume.VolumeState;
import java.util.UUID;

/** Writes what volumes have of their own into the ones that they build on. */
record CommitVolume(Workshop workshop) implements Change {
    static final String KIND = "CommitVolume";

    /** The volume that is written to, as it was when the request was accepted. */
    record Request(UUID base) {}

    /** What the user sees of a success. */
    private record Committed(UUID volumeId, UUID baseId, long allocation) {}

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public String verb() {
        return "committed";
    }

    @Override
    public Command.OnImage command(Operation operation, Volume volume, PoolPlace pool) {
        var base = requireBase(operation, volume);
        base.requireFile();
        var others =
                workshop.chains().children(base).stream()
                        .filter(child -> !child.id().equals(volume.id()))
                        .toList();
        Dependents.refuseIfAny(base, others, "written to");
        return new Command.CommitVolume(
                pool, volume.id(), volume.generation(), volume.image(), base.id(), base.image());
    }

    private Volume requireBase(Operation operation, Volume volume) {
        workshop.chains().requireNotSealed(volume);
        var claimed = operation.request(Request.class).base();
        return workshop.chains()
                .base(volume)
                .filter(base -> base.snapshot() == null)
                .map(Chains.Base::volume)
                .filter(base -> base.id().equals(claimed))
                .orElseThrow(
                        () ->
                                new ProblemException(
                                        ProblemCode.VOLUME_STATE,
                                        "volume '%s' builds on another volume than when this was asked for, or on none"
                                                .formatted(volume.name())));
    }

    @Override
    public void completed(Operation operation, Volume before, Result.OfFile result) {
        if (result instanceof Result.VolumeCommitted(_, _, var baseId, var file)) {
            takeIn(operation, workshop.volumes().get(baseId), file);
        }
    }

    private void takeIn(Operation operation, Volume base, FileFacts file) {
        if (workshop.volumes().changed(base.id(), file)) {
            workshop.ledger().count(base.poolId(), file.capacity() - base.capacity());
            workshop.events().publish("changed", base.id(), VolumeState.AVAILABLE, operation);
        }
    }

    @Override
    public Object shown(Operation operation, Volume now, Result.OfFile result) {
        return new Committed(now.id(), operation.request(Request.class).base(), now.allocation());
    }
}
