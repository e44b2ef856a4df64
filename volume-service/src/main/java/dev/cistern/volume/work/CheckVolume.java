package dev.cistern.volume.work;

import dev.cistern.common.message.CheckFigures;
import dev.cistern.common.message.Command;
import dev.cistern.common.message.PoolPlace;
import dev.cistern.common.message.Result;
import dev.cistern.common.operation.Operation;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.volume.Check;
import dev.cistern.volume.Volume;
import dev.cistern.volume.Volumes;
import java.util.UUID;

/** Checks volumes, and repairs them where that is asked. */
record CheckVolume(String kind, String verb, Volumes volumes) implements Change {

    static CheckVolume checking(Volumes volumes) {
        return new CheckVolume(Check.CHECK, "checked", volumes);
    }

    static CheckVolume repairing(Volumes volumes) {
        return new CheckVolume(Check.REPAIR, "repaired", volumes);
    }

    /** What the user sees of a success. */
    private record Checked(UUID volumeId, CheckFigures report) {}

    @Override
    public Command.OnImage command(Operation operation, Volume volume, PoolPlace pool) {
        if (volume.format().equals("raw")) {
            throw new ProblemException(
                    ProblemCode.UNSUPPORTED,
                    "volume '%s' is a raw image, which has nothing that could be checked"
                            .formatted(volume.name()));
        }
        return new Command.CheckVolume(
                pool,
                volume.id(),
                volume.generation(),
                volume.image(),
                operation.request(Check.class).repair());
    }

    @Override
    public void completed(Operation operation, Volume before, Result.OfFile result) {
        if (result instanceof Result.VolumeChecked(_, _, var report)) {
            volumes.checked(before.id(), report);
        }
    }

    @Override
    public Object shown(Operation operation, Volume now, Result.OfFile result) {
        if (result instanceof Result.VolumeChecked(var id, _, var report)) {
            return new Checked(id, report);
        }
        throw Workshop.unexpected(operation, result);
    }
}
